"""Physical audits of BOMs: somebody goes to the line, measures what the BOM claims, and signs what was found."""

from django.db import models
from django.db.models import Q

from masterdata.models import BomLine, BomVersion, Person, Signature
from masterdata.models.choices import Quantity


class BomAudit(models.Model):
    """Insert-only: a BOM version was compared with what is really built."""

    version = models.ForeignKey(BomVersion, on_delete=models.PROTECT, related_name="physical_audits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    remark = models.CharField(max_length=500)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(remark=""), name="audit_says_what_was_looked_at")]
        indexes = [models.Index(fields=["version", "-at"], name="audits_of_a_version")]

    def __str__(self):
        return f"audit of {self.version}"


class BomAuditFinding(models.Model):
    """Insert-only: of one line, what was measured for the version's base quantity (empty: not looked at), in the line's unit."""

    audit = models.ForeignKey(BomAudit, on_delete=models.PROTECT, related_name="findings")
    line = models.ForeignKey(BomLine, on_delete=models.PROTECT, related_name="+")
    expected = Quantity()
    measured = Quantity()
    remark = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "line"], name="audit_finds_once_for_a_line"),
            models.CheckConstraint(condition=Q(measured__gte=0), name="audited_quantity_is_not_negative"),
            models.CheckConstraint(
                condition=Q(measured=models.F("expected")) | ~Q(remark=""), name="audited_difference_has_a_remark"
            ),
        ]

    def __str__(self):
        return f"{self.audit}: {self.line.item.code}"
