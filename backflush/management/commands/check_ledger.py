"""Ask every invariant of the ledger, of posting and of variance; exit 0 only when nothing is wrong."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backflush.actions.check_ledger import SHOWN, Asked, check_ledger
from masterdata.rules.refusal import Refused


class Command(BaseCommand):
    help = (
        "Check that balances equal lines, that nothing is orphaned, that postings replay to the same digits since the last "
        "check, and all the other invariants of the ledger."
    )

    def add_arguments(self, parser):
        parser.add_argument("--only", action="append", default=[], metavar="NUMBER", help="ask these only: 01, 13, …")
        parser.add_argument("--limit", type=int, default=SHOWN, help="rows shown of each violated invariant")
        parser.add_argument(
            "--all", action="store_true", help="replay every posting anew, not only those since the mark"
        )

    def handle(self, *args, only, limit, verbosity, **options):
        def told(asked: Asked) -> None:
            if verbosity > 1 or asked.rows:
                self.stdout.write(f"{asked.name}: {'BROKEN' if asked.rows else 'holds'} ({asked.seconds:.1f} s)")
            if not asked.rows:
                return
            self.stdout.write(f"  should hold: {asked.sentence}")
            for row in asked.rows:
                self.stdout.write(f"  {row}")
            if asked.more:
                self.stdout.write("  … and more")

        try:
            check = check_ledger(now=timezone.now(), only=only, anew=options["all"], limit=limit, told=told)
        except Refused as refused:
            raise CommandError("\n".join(f"{one.sentence} {one.remedy}" for one in refused.refusals)) from refused
        if check.broken:
            raise CommandError(f"{len(check.broken)} of {check.invariants} invariants do not hold.")
        if verbosity:
            self.stdout.write(f"All {check.invariants} invariants hold.")
            if check.replayed:
                self.stdout.write(f"{check.replayed} postings were replayed to the same digits.")
