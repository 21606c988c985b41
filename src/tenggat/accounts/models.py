"""Who has proven what: codes that were sent, browsers that asked, what is counted, sessions, proven contacts, changes.

No address and no code stands here in the clear: addresses are keyed fingerprints or ciphertext, codes keyed digests.
"""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q


class Code(models.Model):
    """A code as it was sent to an address, or would have been, were the address known: the row does not tell.

    `scope` is what the code is good for: a purpose, an address, and a person where one is meant. Any browser that has
    asked for the scope may give it, so that nobody can make a code worthless by asking for another one.
    """

    code_id = models.UUIDField(primary_key=True)
    scope = models.UUIDField()
    address = models.UUIDField(help_text="fingerprint")
    digest = models.UUIDField(help_text="keyed, of scope and code")
    digits = models.SmallIntegerField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="the first instant that is too late")
    used_at = models.DateTimeField(null=True, help_text="since when it is good for nothing")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="accounts_code_lives"),
            models.CheckConstraint(condition=Q(digits__gte=6, digits__lte=8), name="accounts_code_has_digits"),
        )
        indexes = (
            # serves: live_codes, use_codes
            models.Index(fields=["scope", "expires_at"], condition=Q(used_at=None), name="accounts_live_code"),
            # serves: how many an address was sent in the last hour
            models.Index(fields=["address", "sent_at"], name="accounts_code_address"),
            # serves: forget_codes (what has been over for a day)
            models.Index(fields=["expires_at"], name="accounts_code_over"),
        )


class Challenge(models.Model):
    """A browser that asked for a code and may give it: it alone knows the id. Its tries are its own, nobody else's."""

    challenge_id = models.UUIDField(primary_key=True)
    purpose = models.TextField(help_text="sign_in, recover, prove (a new address) or approve (by the other one)")
    channel = models.TextField()
    scope = models.UUIDField()
    address = models.UUIDField(help_text="fingerprint")
    bucket = models.UUIDField(help_text="whose wrong tries at this address are counted together")
    known_device = models.BooleanField()
    person_id = models.UUIDField(null=True, help_text="who is meant, or who came in by it")
    sealed = models.BinaryField(help_text="the address, encrypted for this row; also where it is a decoy")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    namings = models.SmallIntegerField(default=0, help_text="how often a NIK was tried at a shared address")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(tries__gte=0, tries__lte=5), name="accounts_five_tries"),
            models.CheckConstraint(condition=Q(namings__gte=0, namings__lte=5), name="accounts_five_namings"),
            models.CheckConstraint(
                condition=Q(purpose__in=("sign_in", "recover", "prove", "approve")), name="accounts_purpose_is_known"
            ),
            models.CheckConstraint(condition=Q(proven_at=None) | Q(tries__gte=1), name="accounts_proven_by_a_try"),
        )
        indexes = (
            # serves: forget_challenges (as above)
            models.Index(fields=["expires_at"], name="accounts_challenge_over"),
        )


class Limit(models.Model):
    """How often something was done by, or to, what the fingerprint names; it counts anew once `until_at` has come."""

    pk = models.CompositePrimaryKey("kind", "fingerprint")
    kind = models.TextField()
    fingerprint = models.UUIDField()
    count = models.IntegerField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(count__gte=1), name="accounts_limit_counts"),)
        indexes = (
            # serves: forget_limits (as above)
            models.Index(fields=["until_at"], name="accounts_limit_over"),
        )


class Session(AbstractBaseSession):
    """A browser in which somebody is signed in. `session_key` is a digest: the cookie cannot be had from the table."""

    person_id = models.UUIDField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    device = models.TextField(help_text="browser and system in two words")
    brief = models.BooleanField(help_text="somebody else's device: 20 minutes, not 30 days")

    class Meta(AbstractBaseSession.Meta):
        db_table = "accounts_session"
        constraints = (
            models.CheckConstraint(condition=Q(expire_date__gt=F("seen_at")), name="accounts_session_ends"),
            models.CheckConstraint(condition=Q(seen_at__gte=F("began_at")), name="accounts_session_in_order"),
        )
        indexes = (
            # serves: the list of a person's sessions, signing out everywhere
            models.Index(fields=["person_id"], name="accounts_session_person"),
        )


class Contact(models.Model):
    """An address that a person has proven to read. `steady_since_at`: since when without a long silence."""

    pk = models.CompositePrimaryKey("person_id", "channel", "fingerprint")
    person_id = models.UUIDField()
    channel = models.TextField()
    fingerprint = models.UUIDField()
    proven_at = models.DateTimeField()
    steady_since_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(steady_since_at__gte=F("proven_at"), last_used_at__gte=F("steady_since_at")),
                name="accounts_contact_in_order",
            ),
        )


class Change(models.Model):
    """A new phone or e-mail that somebody asked for: two codes prove it, the old address is told, then it applies."""

    change_id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    channel = models.TextField()
    sealed = models.BinaryField(null=True, help_text="the new address, encrypted for the person; none once it is over")
    approval = models.UUIDField(help_text="the challenge at the other address; it is forgotten before this row")
    proof = models.UUIDField(help_text="the challenge at the new one")
    asked_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True, help_text="from when it counts; none before both codes were given")
    applied_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "person_id", "channel", condition=Q(applied_at=None, cancelled_at=None), name="accounts_one_change"
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(cancelled_at=None, effective_at__lte=F("applied_at")),
                name="accounts_change_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False, applied_at=None, cancelled_at=None)
                | (Q(sealed=None) & ~Q(applied_at=None, cancelled_at=None)),
                name="accounts_change_forgets",
            ),
        )
        indexes = (
            # serves: due_changes (whoever asks for a code)
            models.Index(
                fields=["effective_at", "change_id"],
                condition=Q(applied_at=None, cancelled_at=None, effective_at__isnull=False),
                name="accounts_change_due",
            ),
        )
