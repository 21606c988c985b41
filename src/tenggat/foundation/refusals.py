"""A refusal is an answer, not a bug: each door translates it once (exit status, form error, problem+json)."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 -- a refusal is not an error of the program
    """What Tenggat will not do, said to the person who asked.

    Rooms derive their own refusals beside the verb that raises them. `code` is stable and machine-readable;
    the message is one sentence that says what is wrong and what to do, free of personal data.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
