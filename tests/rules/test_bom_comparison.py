"""Two versions side by side: lines find their counterparts, every field shows both values, nothing is told twice."""

from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.bom_comparison import Change, FieldPair, compare

LOSS = {
    "level": "component",
    "kind": "running",
    "operation": "",
    "percent": "2",
    "quantity": "0",
    "convention": "gross_up",
    "net": False,
    "loss": "structural",
    "source": "study",
    "source_note": "",
}


def line(identity, item="SUGAR", operation="10", quantity="1", **fields):
    return {
        "identity": identity,
        "item": item,
        "operation": operation,
        "quantity": quantity,
        "unit": "KGM",
        "alternates": [],
        "scrap_factors": [],
        **fields,
    }


def content(*lines, item="SYRUP", outputs=(), losses=(), **head):
    told = {"item": item, "base_quantity": "1", "base_unit": "KGM", "phantom": False, **head}
    return {**told, "lines": list(lines), "outputs": list(outputs), "scrap_factors": list(losses)}


def found(left, right):
    return [(pair.item, pair.left, pair.right, pair.change) for pair in compare(left, right).lines]


def test_lines_of_one_product_belong_together_by_their_identity_even_where_the_item_is_another():
    compared = found(content(line("a"), line("b", "CAP")), content(line("b", "LID"), line("a")))

    assert compared == [("LID", 2, 1, Change.CHANGED), ("SUGAR", 1, 2, Change.SAME)]


def test_lines_of_two_products_belong_together_by_item_and_operation_and_then_by_item():
    left = content(line("a"), line("b", operation="20"), line("c", "CAP"))
    right = content(line("x", operation="20"), line("y"), line("z", "CAP", operation="30"), item="CORDIAL")

    assert found(left, right) == [
        ("SUGAR", 1, 2, Change.SAME),
        ("SUGAR", 2, 1, Change.SAME),
        ("CAP", 3, 3, Change.CHANGED),
    ]


def test_what_has_no_counterpart_is_added_or_removed():
    compared = found(content(line("a"), line("b", "CAP")), content(line("a"), line("c", "LID")))

    assert compared == [
        ("SUGAR", 1, 1, Change.SAME),
        ("CAP", 2, None, Change.REMOVED),
        ("LID", None, 2, Change.ADDED),
    ]


def test_every_field_shows_both_values_and_losses_are_told_in_words():
    left, right = content(line("a", scrap_factors=[LOSS])), content(line("a", quantity="1.5"))
    fields = compare(left, right).lines[0].fields

    assert FieldPair("quantity", "1", "1.5") in fields
    assert FieldPair("component running scrap", "2 % gross up, structural, from study", "") in fields
    assert [one.name for one in fields if one.differs] == ["quantity", "component running scrap"]


def test_the_head_and_the_losses_of_the_whole_are_compared():
    assembly = {**LOSS, "level": "assembly"}
    head = compare(content(base_quantity="10"), content(losses=[assembly], item="CORDIAL")).head

    assert [one.name for one in head if one.differs] == ["item", "base quantity", "assembly running scrap"]


def test_another_product_with_the_same_lines_is_the_same():
    assert compare(content(line("a")), content(line("b"), item="CORDIAL")).same
    assert not compare(content(line("a")), content()).same


rows = st.lists(
    st.builds(
        line,
        st.sampled_from("abcdef"),
        st.sampled_from(("SUGAR", "CAP", "LID")),
        st.sampled_from(("10", "20")),
        st.sampled_from(("1", "2")),
    ),
    max_size=6,
    unique_by=lambda row: row["identity"],
)


@given(rows, rows)
def test_each_line_stands_in_exactly_one_pair(left, right):
    pairs = compare(content(*left), content(*right)).lines

    assert sorted(pair.left for pair in pairs if pair.left) == list(range(1, len(left) + 1))
    assert sorted(pair.right for pair in pairs if pair.right) == list(range(1, len(right) + 1))


@given(rows)
def test_a_version_is_the_same_as_itself(lines):
    assert compare(content(*lines), content(*lines)).same
