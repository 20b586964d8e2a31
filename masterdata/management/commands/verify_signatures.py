"""Verify all electronic signatures: that none was altered, copied or put in, and that their records say what was signed."""

from django.core.management.base import BaseCommand, CommandError

from masterdata.models import Signature
from masterdata.queries.signature_check import broken_signatures


class Command(BaseCommand):
    help = (
        "Check that every electronic signature is as it was given, with two components, by somebody who entered their "
        "credentials for it, and that its record still says what was signed. Exit 0 only when nothing is wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("--kind", default="", help="only signatures under this kind of record, such as bom_version")

    def handle(self, *args, kind, verbosity, **options):
        rows = Signature.objects.filter(subject_kind=kind) if kind else Signature.objects.all()
        broken = 0
        for signature, wrong in broken_signatures(rows):
            broken += 1
            self.stdout.write(f"Signature {signature.pk} by {signature.printed_name} ({signature.meaning}): BROKEN")
            for one in wrong:
                self.stdout.write(f"  {one.sentence} {one.remedy}")
        if broken:
            raise CommandError(f"{broken} of {rows.count()} signatures are broken.")
        if verbosity:
            self.stdout.write(f"All {rows.count()} signatures stand.")
