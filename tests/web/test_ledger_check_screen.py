"""What the last check of the ledger found is there to read, for people and for monitors."""

from django.urls import reverse
from django.utils import timezone

from backflush.actions.check_ledger import check_ledger
from backflush.models import LedgerCheck
from backflush.tasks import check_the_ledger


def test_a_plant_that_was_never_checked_says_so(as_):
    client = as_("auditor")
    assert "The ledger was not checked yet." in client.get(reverse("ledger-checks")).content.decode()
    assert "backflush_ledger_check_age_seconds" not in client.get("/metrics").content.decode()


def test_a_check_in_which_everything_held_stands_on_the_page_and_in_the_figures(as_):
    LedgerCheck.objects.create(started_at=timezone.now(), seconds=1, invariants=20, replayed=7)
    client = as_("qa")
    page = client.get(reverse("ledger-checks")).content.decode()
    assert "All 20 sentences held at" in page
    assert "everything holds" in page
    assert "backflush_ledger_invariants_broken 0.0" in client.get("/metrics").content.decode()
    assert client.get(reverse("ledger-checks"), {"format": "csv"}).status_code == 200


def test_the_workers_check_is_kept_and_answers_how_many_are_broken(as_):
    # the plant of the screens uses a bulk lot before its status is released, so this is not zero
    found = check_the_ledger()
    check = LedgerCheck.objects.get()
    assert found == len(check.broken)
    assert not [one for one in check.broken if one["name"][:2] in ("07", "08", "18", "19")]
    assert check.replayed > 0


def test_a_broken_invariant_is_shown_with_its_sentence_and_rows(as_):
    LedgerCheck.objects.create(
        started_at=timezone.now(),
        seconds=1,
        invariants=20,
        broken=[{"name": "01_balances", "sentence": "Every balance is so.", "rows": ["bin 3, lot 4"], "more": True}],
    )
    client = as_("auditor")
    page = client.get(reverse("ledger-checks")).content.decode()
    for words in ("Every balance is so.", "bin 3, lot 4", "and more", "1 broken: 01 balances"):
        assert words in page
    assert "backflush_ledger_invariants_broken 1.0" in client.get("/metrics").content.decode()


def test_a_check_of_one_invariant_is_not_kept_as_a_check_of_all(as_):
    check_ledger(now=timezone.now(), only=["01"])
    assert not LedgerCheck.objects.exists()


def test_checks_and_marks_open_in_the_admin(as_):
    check_the_ledger()
    client = as_("admin")
    for name in ("ledgercheck", "verifiedmark"):
        assert client.get(reverse(f"admin:backflush_{name}_changelist")).status_code == 200
