"""What has happened to a person, in words of every day."""

from datetime import datetime

from django.utils.translation import gettext

from tenggat.evidence.mine import Happened
from tenggat.pages import words
from tenggat.rules.programme import Programme


def told(happened: Happened, programme: Programme) -> str:
    """One sentence; what the journal says beside it stands in it where it matters to the person."""
    sentence = _sentence(happened.kind)
    return sentence % _facts(happened, programme)


def _sentence(kind: str) -> str:
    sentences = {
        "accepted": gettext("You were accepted."),
        "deadline_set": gettext("Your deadline was set: %(deadline)s."),
        "deadline_extended": gettext("Your deadline was extended: %(deadline)s."),
        "bought": gettext("You bought your first training for %(price)s."),
        "purchased": gettext("You bought another training for %(price)s."),
        "purchase_late": gettext("You bought a training after the deadline. It does not count."),
        "purchase_cancelled": gettext("A purchase was taken back."),
        "held": gettext("Your participation was put on hold: nothing is decided while it is."),
        "hold_lifted": gettext("The hold has ended."),
        "revoked": gettext("Your participation was revoked: nothing had been bought by the deadline."),
        "reinstated": gettext("Your participation was restored."),
        "withdrawn": gettext("You gave your place back."),
        "blacklisted": gettext("You were put on the list of those who cannot take part again."),
        "blacklist_lifted": gettext("You were taken off the list of those who cannot take part again."),
        "training_returned": gettext("The time for spending is over: the unused training balance went back."),
    }
    return sentences[kind]


def _facts(happened: Happened, programme: Programme) -> dict[str, str]:
    details = happened.details
    facts = {"deadline": "", "price": ""}
    if isinstance(moment := details.get("deadline_at"), str):
        facts["deadline"] = words.last_moment(datetime.fromisoformat(moment), programme.zone)
    if isinstance(price := details.get("price"), int):
        facts["price"] = words.money(price, programme.currency)
    return facts
