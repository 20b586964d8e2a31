"""The benchmark of the invariants multiplies one real posting in SQL: what it makes must be a history that could have been."""

from backflush.models import Posting
from tests.benchmarks import ledger


def test_the_history_made_for_the_benchmark_passes_every_invariant_and_every_law(real_database):
    figures = ledger.run(real_database, lines=400, orders=6)

    assert figures["check_ledger_s"] > 0
    assert Posting.objects.count() == 1 + 400 // ledger.COMPONENTS
