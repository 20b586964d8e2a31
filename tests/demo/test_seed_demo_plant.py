"""The demo plant's story is told whole, once, and leaves nothing wrong behind."""

from collections import Counter

from backflush.models import OperationReport, Posting


def test_seeding(real_database):
    done = real_database.manage("seed_demo_plant")
    print(done.stdout[-3000:], done.stderr[-5000:])
    assert done.returncode == 0
    print(Counter(OperationReport.objects.values_list("state", flat=True)), Posting.objects.count())
