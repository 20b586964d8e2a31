"""A report is parsed strictly: every fault at once with its field, nothing corrected silently, one form for one content."""

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.report import MOST_UNKNOWN, Report, canonical_body, digest_of, parse_report
from backflush.rules.strict_json import Number, read_json
from backflush.rules.vocabulary import ReportKind

EVENT = "3f0a4c1e-8f57-4b0e-9c64-2f4f6a1f8d11"
SSCC = "106141411234567897"


def report(**changes) -> dict:
    sent = {
        "event_id": EVENT,
        "order": "WO-1",
        "operation": "10",
        "occurred_at": "2026-01-05T08:00:00+01:00",
        "good": "10",
    }
    return {name: value for name, value in {**sent, **changes}.items() if value is not ...}


def scan(**changes) -> dict:
    return report(**{"kind": "scan_issue", "good": ..., "item": "FOIL", "lot": "F-1", "quantity": "2.5", **changes})


def faults_of(payload, **options) -> list[tuple[str, str]]:
    found = parse_report(payload, **options)
    assert isinstance(found, list), found
    assert all(fault.detail.endswith(".") for fault in found)
    return [(fault.field, fault.code) for fault in found]


def parsed(payload, **options) -> Report:
    found = parse_report(payload, **options)
    assert isinstance(found, Report), found
    return found


def test_a_report_with_everything_is_understood():
    found = parsed(
        report(
            kind="good_units",
            scrap=[{"quantity": "1", "reason": "DENT"}, {"quantity": "0.5", "reason": "SPILL"}],
            rework="2",
            setup_events=Number("1"),
            confirmed_by="B-supervisor",
            output_lot="LOT/1",
            handling_unit=_with_check_digit("34012345000000000"),
            operator="B-operator",
            sequence=Number("4294967296"),
            parameters={"speed": "120", "zone 1": Number("81.5")},
        )
    )
    assert found.kind == ReportKind.GOOD_UNITS
    assert found.event_id == uuid.UUID(EVENT)
    assert found.occurred_at == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert (found.good, found.rework, found.setup_events) == (Decimal("10"), Decimal("2"), 1)
    assert found.scrap == ((Decimal("1"), "DENT"), (Decimal("0.5"), "SPILL"))
    assert (found.sequence, found.parameters) == (4294967296, {"speed": "120", "zone 1": "81.5"})


def test_an_operation_is_complete_unless_the_report_says_otherwise():
    assert parsed(report()).kind == ReportKind.OPERATION_COMPLETE


def test_every_fault_is_named_at_once():
    assert faults_of({"good": "-1", "event_id": "x", "occurred_at": "yesterday", "scrap": [{}], "colour": "red"}) == [
        ("colour", "unknown_field"),
        ("order", "required"),
        ("operation", "required"),
        ("occurred_at", "not_a_time"),
        ("event_id", "not_a_uuid"),
        ("good", "not_a_decimal_string"),
        ("scrap.0.reason", "required"),
        ("scrap.0.quantity", "required"),
    ]


@pytest.mark.parametrize("payload", [None, [], "report", Number("1"), True])
def test_only_an_object_is_a_report(payload):
    assert faults_of(payload) == [("", "not_an_object")]


@pytest.mark.parametrize(
    "quantity",
    [
        *(
            "",
            " 1",
            "1 ",
            "1\n",
            "+1",
            "-1",
            "-0",
            "1e3",
            "1E3",
            "1_000",
            "1,5",
            ".5",
            "5.",
            "0x10",
            "1.2.3",
            "½",
            "١٢",
            "１",
        ),
        *("inf", "NaN", "1" * 19, "1.1234567890"),
        *(Number("10"), Number("1.5"), True, None, ["1"], {"value": "1"}),
    ],
)
def test_a_quantity_is_digits_in_quotes(quantity):
    wanted = "required" if quantity is None else "not_a_decimal_string"
    assert faults_of(report(good=quantity)) == [("good", wanted)]


@pytest.mark.parametrize("quantity", ["0", "1", "0.5", "007.50", "9" * 18 + "." + "9" * 9])
def test_a_quantity_keeps_every_digit(quantity):
    assert parsed(report(good=quantity)).good == Decimal(quantity)


@pytest.mark.parametrize(
    "moment",
    [
        *(
            "",
            "now",
            "2026-01-05",
            "2026-01-05T08:00:00",
            "2026-01-05 08:00:00Z",
            "2026-01-05T08:00Z",
            "20260105T080000Z",
        ),
        *("2026-02-30T08:00:00Z", "2026-01-05T24:00:01Z", "2026-01-05T08:60:00Z", "2026-12-31T23:59:60Z"),
        *("2026-01-05T08:00:00+15:00", "2026-01-05T08:00:00+01:60", "2026-01-05T08:00:00.1234567Z"),
        *("1999-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("2026-01-05T08:00:00Z\n", "2026-01-05T08:00:00ß", "٢٠٢٦-01-05T08:00:00Z"),
        *(Number("1767600000"), 1767600000, None, ["2026-01-05T08:00:00Z"]),
    ],
)
def test_a_time_is_iso_with_an_offset(moment):
    wanted = "required" if moment is None else "not_a_time"
    assert faults_of(report(occurred_at=moment)) == [("occurred_at", wanted)]


@pytest.mark.parametrize("name", ["order", "operation", "confirmed_by", "output_lot", "operator"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (" X", "not_a_code"),
        ("X ", "not_a_code"),
        ("a\tb", "not_a_code"),
        ("x\u200bx", "not_a_code"),
        ("x" * 61, "too_long"),
    ],
)
def test_codes_are_short_and_free_of_what_cannot_be_seen(name, value, code):
    assert faults_of(report(**{name: value})) == [(name, code)]


@pytest.mark.parametrize("value", [Number("10"), True, ["10"], {}])
def test_codes_are_text(value):
    assert faults_of(report(operation=value)) == [("operation", "not_text")]


@pytest.mark.parametrize("name", ["order", "operation"])
def test_empty_codes_are_missing_codes(name):
    assert faults_of(report(**{name: ""})) == [(name, "required")]


@pytest.mark.parametrize("value", ["-1", "1.0", "01", "1e3", "", "1000000", "９", True, ["1"]])
def test_setups_are_counted_in_whole_numbers(value):
    assert faults_of(report(setup_events=value)) == [("setup_events", "not_a_whole_number")]


@pytest.mark.parametrize("value", ["1" * 16, "-1", "abc", True])
def test_a_sequence_is_a_counter(value):
    assert faults_of(report(sequence=value)) == [("sequence", "not_a_whole_number")]


@pytest.mark.parametrize(
    "value",
    ["", "3f0a4c1e8f574b0e9c642f4f6a1f8d11", "{" + EVENT + "}", EVENT + " ", Number("1"), True, str(uuid.UUID(int=0))],
)
def test_an_event_id_is_a_uuid_as_it_is_usually_written(value):
    assert faults_of(report(event_id=value)) == [("event_id", "not_a_uuid")]


def test_a_preview_wants_no_event_id():
    assert parsed(report(event_id=...), preview=True).event_id is None
    assert faults_of(report(event_id=...)) == [("event_id", "required")]


@pytest.mark.parametrize("kind", ["", "OPERATION_COMPLETE", "complete", Number("1"), [], True])
def test_an_unknown_kind_is_answered_with_the_known_ones(kind):
    (fault,) = parse_report(report(kind=kind))
    assert (fault.field, fault.code) == ("kind", "unknown_kind")
    assert "operation_complete" in fault.detail


@pytest.mark.parametrize(
    ("scrap", "faults"),
    [
        ("1", [("scrap", "not_a_list")]),
        ({}, [("scrap", "not_a_list")]),
        ([{"quantity": "1", "reason": "A"}] * 51, [("scrap", "not_a_list")]),
        (["1"], [("scrap.0", "not_an_object")]),
        (
            [{"quantity": "1", "reason": "A"}, {"quantity": "x", "reason": "A"}],
            [("scrap.1.quantity", "not_a_decimal_string")],
        ),
        ([{"quantity": "1", "reason": " "}], [("scrap.0.reason", "not_a_code")]),
        ([{"quantity": "1", "reason": "x" * 31}], [("scrap.0.reason", "not_a_code")]),
        ([{"quantity": "1", "reason": Number("7")}], [("scrap.0.reason", "not_a_code")]),
        ([{"quantity": "1", "reason": "A", "who": "me"}], [("scrap.0.who", "unknown_field")]),
    ],
)
def test_scrap_is_a_list_of_quantities_with_reasons(scrap, faults):
    assert faults_of(report(scrap=scrap)) == faults


@pytest.mark.parametrize(
    "parameters",
    [
        "fast",
        [],
        {"a": ["1"]},
        {"a": None},
        {"a": True},
        {"x" * 61: "1"},
        {"a": "x" * 201},
        {str(n): "1" for n in range(51)},
    ],
)
def test_parameters_are_a_few_short_texts(parameters):
    assert faults_of(report(parameters=parameters)) == [("parameters", "not_parameters")]


def test_a_setup_takes_setup_only():
    assert parsed(report(kind="setup", good=...)).setup_events == 1
    assert parsed(report(kind="setup", good="0", setup_events="3")).setup_events == 3
    assert faults_of(
        report(kind="setup", good="1", rework="1", scrap=[{"quantity": "1", "reason": "A"}], setup_events="0")
    ) == [(name, "not_allowed") for name in ("good", "scrap", "rework", "setup_events")]


def test_a_closed_handling_unit_is_named_by_a_true_sscc():
    good = _with_check_digit("34012345000000000")
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert parsed(report(kind="handling_unit_closed", handling_unit=good)).handling_unit == good
    assert faults_of(report(kind="handling_unit_closed")) == [("handling_unit", "required")]
    assert faults_of(report(handling_unit=wrong)) == [("handling_unit", "wrong_check_digit")]
    for odd in ("34012345", good + "0", "x" * 18, Number(good), ""):
        assert faults_of(report(handling_unit=odd)) == [("handling_unit", "not_an_sscc")]


def test_the_example_of_the_gs1_specifications_has_the_check_digit_that_is_computed():
    assert _with_check_digit("10614141123456789") == SSCC
    assert parsed(report(handling_unit=SSCC)).handling_unit == "106141411234567897"


@pytest.mark.parametrize("kind", ["handling_unit_closed", "order_close"])
def test_kinds_that_declare_nothing_need_no_good_units(kind):
    unit = {"handling_unit": SSCC} if kind == "handling_unit_closed" else {}
    assert parsed(report(kind=kind, good=..., **unit)).good == 0


def test_a_scan_issue_names_item_lot_and_quantity():
    found = parsed(scan(unit="KGM", scale="SC-1", tare="0.125"))
    assert (found.item, found.lot, found.quantity, found.unit) == ("FOIL", "F-1", Decimal("2.5"), "KGM")
    assert (found.scale, found.tare) == ("SC-1", Decimal("0.125"))
    assert faults_of(report(kind="scan_issue")) == [
        ("good", "unknown_field"),
        ("quantity", "required"),
        ("item", "required"),
        ("lot", "required"),
    ]


def test_a_scan_of_nothing_is_a_fault_beside_the_others():
    assert faults_of(scan(quantity="0.0", order=" X")) == [("order", "not_a_code"), ("quantity", "not_above_zero")]


def test_a_body_of_unknown_fields_is_answered_briefly():
    found = faults_of(report(**{f"f{number}": "1" for number in range(500)}))
    assert len(found) == MOST_UNKNOWN + 1
    assert found[-1] == ("", "unknown_field")


# One content, one form

DECIMALS = st.decimals(min_value=0, max_value=10**12, places=6, allow_nan=False).map(abs)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))
CODES = st.text(st.sampled_from("AZaz09-/._é"), min_size=1, max_size=10)
CONTENTS = st.fixed_dictionaries(
    {"order": CODES, "operation": CODES, "good": DECIMALS, "occurred_at": MOMENTS},
    optional={
        "rework": DECIMALS,
        "scrap": st.lists(st.tuples(DECIMALS, CODES), max_size=3),
        "setup_events": st.integers(0, 99),
        "output_lot": CODES,
        "sequence": st.integers(0, 10**15 - 1),
        "parameters": st.dictionaries(CODES, CODES, max_size=3),
    },
)


@st.composite
def written(draw, content) -> bytes:
    """The content as some client may write it: zeros before and behind, any offset, any order of keys."""

    def quantity(value: Decimal) -> str:
        zeros = draw(st.integers(0, 3))
        return "0" * draw(st.integers(0, 2)) + f"{value:f}" + "0" * zeros

    offset = timezone(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))))
    found = {"event_id": draw(st.sampled_from([EVENT, EVENT.upper()]))}
    for name, value in content.items():
        if isinstance(value, Decimal):
            found[name] = quantity(value)
        elif name == "scrap":
            found[name] = [{"quantity": quantity(number), "reason": reason} for number, reason in value]
        elif name == "occurred_at":
            found[name] = value.astimezone(offset).isoformat()
        else:
            found[name] = value
    if draw(st.booleans()):
        found["kind"] = "operation_complete"
    names = draw(st.permutations(list(found)))
    return json.dumps({name: found[name] for name in names}, ensure_ascii=draw(st.booleans())).encode()


@given(st.data())
def test_the_same_content_has_the_same_digest_however_it_is_written(data):
    content = data.draw(CONTENTS)
    digests = set()
    for _ in range(2):
        payload, faults = read_json(data.draw(written(content)))
        assert not faults
        digests.add(digest_of(canonical_body(parsed(payload))))
    assert len(digests) == 1


@given(st.data())
def test_other_content_has_another_digest(data):
    one, other = data.draw(CONTENTS), data.draw(CONTENTS)
    bodies = []
    for content in (one, other):
        payload, _ = read_json(data.draw(written(content)))
        bodies.append(parsed(payload))
    digests = {digest_of(canonical_body(body)) for body in bodies}
    assert (len(digests) == 1) == (bodies[0] == bodies[1])


@given(st.data())
def test_the_stored_form_reads_back_as_the_same_report(data):
    payload, _ = read_json(data.draw(written(data.draw(CONTENTS))))
    first = parsed(payload)
    stored, faults = read_json(canonical_body(first).encode())
    assert not faults
    assert parsed({**stored, "event_id": EVENT}) == first


@given(
    st.dictionaries(
        st.sampled_from(
            [*report(), "kind", "scrap", "rework", "setup_events", "sequence", "parameters", "handling_unit", "x"]
        ),
        st.none()
        | st.booleans()
        | st.text(max_size=30)
        | st.text(max_size=5).map(Number)
        | st.lists(st.text(), max_size=2),
        max_size=8,
    )
)
def test_no_payload_raises(payload):
    found = parse_report(payload)
    assert isinstance(found, Report) or found


def _with_check_digit(first: str) -> str:
    """An SSCC from its first 17 digits: weights 3 and 1 in turn from the right (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * weight for digit, weight in zip(first[::-1], [3, 1] * 9, strict=False))
    return first + str(-total % 10)
