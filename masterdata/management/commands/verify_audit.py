"""Verify the audit trail: seals, heads, events and the rows they tell of; exit 0 only when nothing is wrong."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from masterdata.actions.compare_histories import compare_histories
from masterdata.actions.seal_audit import exported_heads, seal_audit
from masterdata.models import AuditBlock, AuditEvent
from masterdata.queries.audit_check import audit_faults, stored_heads
from masterdata.rules.audit_heads import head_faults


class Command(BaseCommand):
    help = (
        "Check that no event of the audit trail was changed, removed or cut off, and that every row under audit is as its last "
        "event left it."
    )

    def add_arguments(self, parser):
        parser.add_argument("--heads", default="", metavar="FILE", help="exported heads (default: AUDIT_HEADS)")
        parser.add_argument(
            "--all",
            action="store_true",
            help="compare histories with the trail from the first event, not from the mark",
        )
        parser.add_argument("--seal", action="store_true", help="seal what is not sealed yet, once all is found well")

    def handle(self, *args, heads, seal, verbosity, **options):
        path = heads or settings.AUDIT_HEADS
        exported, found = exported_heads(path)
        found += head_faults(exported, stored_heads())
        found += audit_faults()
        compared = compare_histories(now=timezone.now(), anew=options["all"])
        found += compared.faults
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"The audit trail is broken: {len(found)} findings.")
        if seal:
            seal_audit(path)
        if verbosity:
            blocks, events = AuditBlock.objects.count(), AuditEvent.objects.count()
            against = f", {len(set(exported))} heads compared" if path else ", no exported heads to compare with"
            self.stdout.write(f"The audit trail is whole: {events} events, {blocks} blocks{against}.")
            self.stdout.write(f"Histories of {compared.tables} tables say what the trail says.")
