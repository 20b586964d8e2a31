"""Stored sentences as screens write them: units, thousands, and the site's time."""

from django.utils import timezone

from masterdata.pages.figures import as_read

SYMBOLS = {"KGM": "kg", "C62": "pcs"}


def test_units_and_thousands_are_written_as_everywhere_else():
    assert as_read("10800 C62 of BOX are needed; 1200.5 can be drawn.", SYMBOLS) == (
        "10,800 pcs of BOX are needed; 1,200.5 can be drawn."
    )
    assert as_read("10800 units would be reported at operation 1020.", {}) == (
        "10,800 units would be reported at operation 1020."
    )


def test_codes_and_dates_stay_as_they_are():
    for sentence in ("Lot 20261 of BOX expired on 1 Jan 2020.", "Order WO-20421 is closed.", "Lot F-4471 kg of it"):
        assert as_read(sentence, SYMBOLS) == sentence


def test_a_time_of_utc_is_told_at_the_site():
    with timezone.override("Europe/Berlin"):
        assert as_read("received at 27 Nov 2026 07:52:27 UTC.", {}) == "received at 27 Nov 2026 08:52:27 CET."
