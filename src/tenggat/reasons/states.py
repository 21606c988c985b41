"""What stops people, as the programme office learnt it in 2020, and what helps against each."""

from enum import StrEnum


class Reason(StrEnum):
    """What somebody says stops them. The first five were told to the press in 2020; the others are what is left."""

    HAS_A_JOB = "has_a_job"
    CANNOT_SIGN_IN = "cannot_sign_in"
    WHAT_NEXT = "what_next"
    WAITS_FOR_A_CARD = "waits_for_a_card"
    WALLET_FIRST = "wallet_first"
    NO_TRAINING_FITS = "no_training_fits"
    PURCHASE_FAILED = "purchase_failed"
    FORGOT = "forgot"
    OTHER = "other"


class Remedy(StrEnum):
    """What is offered at once."""

    WITHDRAW_OR_BUY = "withdraw_or_buy"
    RECOVER = "recover"
    GUIDE = "guide"
    CATALOGUE = "catalogue"
    HELP = "help"


REMEDIES: dict[Reason, Remedy] = {
    Reason.HAS_A_JOB: Remedy.WITHDRAW_OR_BUY,
    Reason.CANNOT_SIGN_IN: Remedy.RECOVER,
    Reason.WHAT_NEXT: Remedy.GUIDE,
    Reason.WAITS_FOR_A_CARD: Remedy.GUIDE,
    Reason.WALLET_FIRST: Remedy.GUIDE,
    Reason.NO_TRAINING_FITS: Remedy.CATALOGUE,
    Reason.PURCHASE_FAILED: Remedy.HELP,
    Reason.FORGOT: Remedy.GUIDE,
    Reason.OTHER: Remedy.HELP,
}


class Occasion(StrEnum):
    """When it is asked: while there is still time to help, or after the revocation, to learn."""

    BEFORE = "before"
    AFTER = "after"


class Way(StrEnum):
    """How it was asked, or answered."""

    PORTAL = "portal"
    LINK = "link"
    OFFICER = "officer"
