"""Documents: the same records give the same digest, whenever and however often they are made."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from masterdata.rules.document import Document, Section, See, Table, both_times

TABLE = Table(("Item", "Quantity"), (("FOIL", "2 kg"),), "Nothing.")
SECTION = Section("Usage", words=("So much.",), tables=(TABLE,), see=(See("Item", "item", 1),))
DOCUMENT = Document("CR-1", "Control record", "KIT, operation 10", (SECTION,))


def test_one_other_word_is_another_digest():
    other = replace(TABLE, rows=(("FOIL", "3 kg"),))
    assert replace(DOCUMENT, sections=(replace(SECTION, tables=(other,)),)).digest != DOCUMENT.digest
    assert replace(DOCUMENT, sections=(replace(SECTION, absent=("No bins.",)),)).digest != DOCUMENT.digest
    assert replace(DOCUMENT, sections=(SECTION,)).digest == DOCUMENT.digest


def test_where_a_page_leads_is_no_part_of_the_content():
    assert replace(DOCUMENT, sections=(replace(SECTION, see=()),)).digest == DOCUMENT.digest


def test_a_row_with_another_count_of_cells_is_refused():
    with pytest.raises(ValueError, match="2 cells"):
        Table(("Item", "Quantity"), (("FOIL",),), "Nothing.")


def test_times_are_written_for_both_clocks():
    assert both_times(datetime(2026, 11, 24, 2, 14, 5, tzinfo=UTC), "Europe/Berlin") == (
        "24 Nov 2026 02:14:05 UTC (03:14 CET)"
    )
    assert both_times(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Europe/Berlin") == (
        "24 Nov 2026 23:30:00 UTC (25 Nov 00:30 CET)"
    )
    assert both_times(None, "Europe/Berlin") == ""
