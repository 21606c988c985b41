"""Asking what stops somebody, and writing down what they say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.reasons.models import Question
from tenggat.reasons.states import REMEDIES, Occasion, Reason, Remedy, Way
from tenggat.waves.models import Participation

LONGEST_WORDS = 500  # characters


class NothingToAsk(Refusal):
    """The person has bought, has left, or takes part in nothing."""

    code = "nothing_to_ask"


class AnswerUnusable(Refusal):
    """The answer is none of those offered, or too long."""

    code = "answer_unusable"


class LinkUnknown(Refusal):
    """No question has this link, or it is over."""

    code = "link_unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was written down, and what is offered at once."""

    person_id: UUID
    wave: int
    reason: Reason
    remedy: Remedy


@transaction.atomic
def ask(*, person_id: UUID, way: Way, keys: Keys, now: datetime) -> Question:
    """Ask somebody, once per occasion: a question that was put before is given again. Raises NothingToAsk."""
    participation = _idle(person_id, now=now)
    occasion = Occasion.AFTER if participation.state == "revoked" else Occasion.BEFORE
    key = {"person_id": person_id, "wave": participation.wave_id, "occasion": occasion.value}
    new = {"link_id": _link(keys, person_id, participation.wave_id, occasion), "asked_at": now, "asked_by": way.value}
    Question.objects.bulk_create([Question(**key, **new)], ignore_conflicts=True)
    return Question.objects.get(**key)


@transaction.atomic
def answer(*, person_id: UUID, reason: str, words: str = "", way: Way, keys: Keys, now: datetime, actor: Actor) -> Told:
    """Write down what somebody says; the last word counts. `reason`: a value of Reason; `words`: their own, or "".

    Raises NothingToAsk, AnswerUnusable.
    """
    chosen, own = _reason(reason), _words(words)
    asked = ask(person_id=person_id, way=way, keys=keys, now=now)
    sealed = keys.encrypt(own.encode(), owner=person_id.bytes) if own else None
    Question.objects.filter(person_id=person_id, wave=asked.wave, occasion=asked.occasion).update(
        answered_at=now, answered_by=way.value, reason=chosen.value, words_cipher=sealed
    )
    Event.objects.create(
        person_id=person_id,
        wave=asked.wave,
        kind="reason_told",
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details={"reason": chosen.value, "occasion": asked.occasion, "way": way.value},
    )
    return Told(person_id, asked.wave, chosen, REMEDIES[chosen])


def person_behind(*, link_id: UUID, now: datetime) -> UUID:
    """Whom a link asks. Raises LinkUnknown where there is none, or where there is nothing to ask any more."""
    found = Question.objects.filter(link_id=link_id).values_list("person_id", "occasion").first()
    try:
        if found is not None and (_idle(found[0], now=now).state == "revoked") == (found[1] == Occasion.AFTER):
            return found[0]
    except NothingToAsk:
        pass
    raise LinkUnknown("This link is over or was not copied whole: sign in to see where you stand.")


def own_words(question: Question, keys: Keys) -> str:
    """What the person wrote beside the answer, or "". Raises KeysUnusable."""
    if question.words_cipher is None:
        return ""
    return keys.decrypt(bytes(question.words_cipher), owner=question.person_id.bytes).decode()


def _idle(person_id: UUID, *, now: datetime) -> Participation:
    """The participation with which nothing was bought; locked against a purchase only by the statement that reads."""
    found = Participation.objects.filter(person_id=person_id, state__in=("accepted", "revoked")).first()
    if found is None:
        raise NothingToAsk("Only who was accepted and has bought nothing is asked: this person is not.")
    if found.state == "accepted" and found.deadline_at is not None and found.deadline_at <= now:
        raise NothingToAsk("The deadline is over and the run is to come: there is nothing to ask until then.")
    return found


def _reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        raise AnswerUnusable(f"Choose one of: {', '.join(Reason)}.") from None


def _words(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST_WORDS:
        raise AnswerUnusable(f"That has {len(words)} characters; {LONGEST_WORDS} are kept: shorten it.")
    if not words.isprintable():
        raise AnswerUnusable("Some characters cannot be kept: write it with letters, digits and signs.")
    return words


def _link(keys: Keys, person_id: UUID, wave: int, occasion: Occasion) -> UUID:
    return keys.fingerprint("reason link", f"{person_id}:{wave}:{occasion}")
