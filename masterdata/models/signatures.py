"""Electronic signatures: who signed what, meaning what, when; bound to a digest of exactly what was shown."""

from django.db import models


class Signature(models.Model):
    """Insert-only. `digest` covers the canonical form of the signed content with printed name, meaning and time."""

    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT)
    printed_name = models.CharField(max_length=120)
    meaning = models.CharField(max_length=120)
    signed_at = models.DateTimeField()
    site_time = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=120)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    components = models.CharField(max_length=60, default="user name and password")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_key"], name="signatures_of_a_record"),
            models.Index(fields=["signed_at"], name="signatures_by_time"),
        ]
        constraints = [
            # the digest covers record and time, so that the same one twice is a copy
            models.UniqueConstraint(fields=["person", "digest"], name="signature_is_never_copied"),
        ]

    def __str__(self):
        return f"{self.printed_name}: {self.meaning}"


class SigningTicket(models.Model):
    """A one-use right to sign one content, given after the credentials were checked in a transaction of their own."""

    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT)
    content_digest = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"right to sign of {self.person}"


class MasterDataRevision(models.Model):
    """One row. Its number rises with every change of a governed table, so that a cache can tell that it is old."""

    number = models.BigIntegerField()

    def __str__(self):
        return f"master data revision {self.number}"
