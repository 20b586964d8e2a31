"""Files attached to change requests, kept in the database so that backup, audit and signatures cover them."""

from django.db import models
from django.db.models import Q

from masterdata.models.choices import choices, one_of
from masterdata.rules.attachments import CEILING_MEGABYTES, LONGEST_NAME, FileKind


class ChangeAttachment(models.Model):
    """Insert-only: a file as it was sent. Name and SHA-256 of those that were not taken out are part of what is signed."""

    request = models.ForeignKey("masterdata.ChangeRequest", on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=8, choices=choices(FileKind))
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", FileKind, "attachment_is_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="attachment_has_a_name"),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=CEILING_MEGABYTES * 2**20),
                name="attachment_is_of_a_size_that_is_taken",
            ),
        ]

    def __str__(self):
        return self.name


class AttachmentTakenOut(models.Model):
    """Insert-only: a mark that a file of a draft does not belong to it any more. The file stays."""

    attachment = models.OneToOneField(ChangeAttachment, on_delete=models.PROTECT, related_name="taken_out")
    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.attachment} is taken out"
