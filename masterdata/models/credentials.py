"""What became of badges, PINs and passwords: only added to, so that a badge number or a password is not used again unseen."""

from django.db import models

from masterdata.models.choices import choices, one_of
from masterdata.models.people import Person
from masterdata.rules.vocabulary import CredentialStep


class CredentialEvent(models.Model):
    """Insert-only. One step in the life of a person's credentials; `badge`: the number it was about, where it was about one."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credential_events")
    step = models.CharField(max_length=20, choices=choices(CredentialStep))
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=300, blank=True, default="")
    badge = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [one_of("step", CredentialStep, "credential_step_is_known")]
        indexes = [models.Index(fields=["badge"], name="badges_once_given")]

    def __str__(self):
        return f"{self.person}: {self.get_step_display()}"


class FormerPassword(models.Model):
    """Insert-only. The hash of a password that a person once had, so that it is not taken again."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_passwords")
    password = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self):
        return f"a former password of {self.person}"
