"""Persons, the numbers that lead to them, and the blacklist (D6, design section 8)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Person(models.Model):
    """One human being. `person_id` is minted once, from the first NIK known, and never changes.

    `identity_cipher` holds `NIK:KK` encrypted, bound to the person. A person known only by a NIK (blacklisted
    before ever being accepted) has no name. `flags` says what was unusable or odd when the data came in.
    """

    person_id = models.UUIDField(primary_key=True)
    identity_cipher = models.BinaryField()
    household_fingerprint = models.UUIDField(null=True)
    name = models.TextField(default="")
    birth_date = models.DateField(null=True)
    phone = models.TextField(null=True, help_text="E.164, mobile")
    email = models.TextField(null=True)
    province = models.TextField(default="", help_text="two-digit code of domicile")
    time_zone = models.TextField()
    flags = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField()

    class Meta:
        indexes = (
            # serves: people_by_phone (whoever signs in by a code to the number)
            models.Index(fields=["phone"], condition=Q(phone__isnull=False), name="registry_person_phone"),
            # serves: people_by_email (as above)
            models.Index(Lower("email"), condition=Q(email__isnull=False), name="registry_person_email"),
        )


class NikKey(models.Model):
    """A NIK, as a fingerprint, leads to its person; a correction adds a key, a stolen NIK ends one."""

    pk = models.CompositePrimaryKey("person_id", "fingerprint")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    fingerprint = models.UUIDField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            # serves: every look-up of a person by NIK
            models.UniqueConstraint("fingerprint", condition=Q(until_at=None), name="registry_nik_leads_to_one"),
        )


class BlacklistEntry(models.Model):
    """Who may not come back: source, reason, since. A lifted entry stays, with the reason it was lifted for."""

    pk = models.CompositePrimaryKey("person_id", "since_at")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    since_at = models.DateTimeField()
    source = models.TextField(help_text="deadline or officer")
    reason = models.TextField()
    lifted_at = models.DateTimeField(null=True)
    lifted_reason = models.TextField(null=True)

    class Meta:
        db_table = "registry_blacklist_entry"
        constraints = (
            models.UniqueConstraint("person_id", condition=Q(lifted_at=None), name="registry_blacklisted_once"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_reason__isnull=False), name="registry_lifted_with_reason"
            ),
        )
