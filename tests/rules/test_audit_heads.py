"""Heads of the audit trail outside the database: read back as written, and compared with what is stored."""

from masterdata.rules.audit_heads import Head, head_faults, head_line, read_heads

ONE, TWO = Head(1, 77, "a" * 64), Head(2, 77, "b" * 64)
WHEN = "2026-03-01T10:00:00+00:00"


def test_what_is_written_is_read_back():
    assert read_heads([head_line(ONE, WHEN), head_line(TWO, WHEN)]) == ([ONE, TWO], [])


def test_a_line_that_is_no_head_is_named_with_its_place():
    heads, faults = read_heads([head_line(ONE, WHEN), "2 77 short\n"])
    assert (heads, faults) == ([ONE], ["Line 2 of the exported heads cannot be read: 2 77 short"])


def test_a_last_line_that_was_not_finished_is_no_fault():
    assert read_heads([head_line(ONE, WHEN), "2 77 bbb"]) == ([ONE], [])


def test_a_line_that_was_cut_off_and_then_written_whole_is_no_fault():
    lines = [head_line(ONE, WHEN), "2 77 bbb\n", head_line(TWO, WHEN)]
    assert read_heads(lines) == ([ONE, TWO], [])
    assert len(read_heads([head_line(ONE, WHEN), "2 77 ccc\n", head_line(TWO, WHEN)])[1]) == 1


def test_a_block_that_is_gone_was_cut_off():
    [fault] = head_faults([ONE, TWO], [ONE])
    assert "Block 2" in fault
    assert "cut off" in fault


def test_another_block_in_its_place_is_found():
    assert head_faults([ONE], [ONE._replace(digest="c" * 64)]) == ["Block 1 is not the one that was exported."]


def test_blocks_that_were_not_exported_yet_and_lines_that_stand_twice_are_no_fault():
    assert head_faults([ONE, ONE], [ONE, TWO]) == []
