"""Ask every invariant of the ledger and of posting; exit 0 only when nothing is wrong."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from backflush.queries.invariants import all_invariants
from traceability.queries.invariants import violations_of


class Command(BaseCommand):
    help = "Check that balances equal lines, that nothing is orphaned, and all the other invariants of the ledger."

    def add_arguments(self, parser):
        parser.add_argument("--only", action="append", default=[], metavar="NUMBER", help="ask these only: 01, 13, …")
        parser.add_argument("--limit", type=int, default=20, help="rows shown of each violated invariant")

    def handle(self, *args, only, limit, verbosity, **options):
        asked = [one for one in all_invariants() if not only or one.name.split("_")[0] in only]
        if not asked:
            raise CommandError("There is no such invariant. Known: " + ", ".join(o.name for o in all_invariants()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '0', false)")
        broken = 0
        for invariant in asked:
            start = time.perf_counter()
            found = list(violations_of(invariant, limit + 1))
            took = time.perf_counter() - start
            if verbosity > 1 or found:
                self.stdout.write(f"{invariant.name}: {'BROKEN' if found else 'holds'} ({took:.1f} s)")
            if not found:
                continue
            broken += 1
            self.stdout.write(f"  should hold: {invariant.sentence}")
            for violation in found[:limit]:
                self.stdout.write(f"  {violation}")
            if len(found) > limit:
                self.stdout.write("  … and more")
        if broken:
            raise CommandError(f"{broken} of {len(asked)} invariants do not hold.")
        if verbosity:
            self.stdout.write(f"All {len(asked)} invariants hold.")
