"""Whatever is sent, the answer says what is wrong and where; nothing is stored, and nothing is ever a 500."""

import json
import uuid
from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from backflush.rules.strict_json import MOST_BYTES
from masterdata.actions.give_person_token import give_person_token
from masterdata.rules.bom import LineDraft
from tests import floor, plant

REPORTS = "/api/v1/operation-reports"
TAKING = [REPORTS, "/api/v1/scan-issues", "/api/v1/usage-previews", "/api/v1/device-heartbeats"]
LISTS = [
    *(REPORTS, "/api/v1/lots", "/api/v1/work-orders", "/api/v1/postings", "/api/v1/items", "/api/v1/boms"),
    "/api/v1/variances",
]
JSON = "application/json"
AGAIN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
pytestmark = pytest.mark.django_db


@pytest.fixture
def device(db) -> Client:
    plant.device()
    return Client(headers={"Authorization": f"Device {plant.DEVICE_TOKEN}"})


@pytest.fixture
def supervisor(db) -> Client:
    person = plant.people().supervisor
    _, token = give_person_token(person=person, name="script", actor=person, now=plant.NOW)
    return Client(headers={"Authorization": f"Token {token}"})


def report(**changes) -> dict:
    sent = {"event_id": str(uuid.uuid4()), "order": "WO-1", "operation": "10", "good": "10"}
    found = {**sent, "occurred_at": floor.NOW.isoformat(), **changes}
    return {name: value for name, value in found.items() if value is not ...}


def problem(answer, status: int) -> list[tuple[str, str]]:
    """The faults of a problem document, which must be whole."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found = json.loads(answer.content)
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    assert all(set(fault) == {"field", "code", "detail"} and fault["detail"] for fault in found["errors"])
    return [(fault["field"], fault["code"]) for fault in found["errors"]]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", ("", "not_json")),
        (b"[]", ("", "not_an_object")),
        (b"null", ("", "not_an_object")),
        (b'{"good": NaN}', ("", "not_json")),
        (b'{"good": "1", "good": "2"}', ("good", "duplicate_key")),
        (b'{"order": "\\u0000"}', ("order", "nul")),
        (b'{"order": "\\udc00"}', ("order", "surrogate")),
        (b"\xff\xfe", ("", "not_utf8")),
        (b"[" * 5000, ("", "too_deep")),
    ],
)
@pytest.mark.parametrize("path", TAKING)
def test_a_body_that_is_no_report_is_a_400_that_says_why(device, path, body, fault):
    assert problem(device.post(path, body, JSON, CONTENT_TYPE=JSON), 400)[0] == fault


@pytest.mark.parametrize("path", TAKING)
def test_a_body_that_is_too_large_is_refused_unread(device, path):
    assert problem(device.post(path, b"x" * (MOST_BYTES + 1), JSON), 413)
    assert problem(device.post(path, b"{}", JSON, CONTENT_LENGTH=str(10**12)), 413)


@pytest.mark.parametrize("length", ["-1", "many", "", "1e3"])
def test_a_length_that_is_none_is_a_400(device, length):
    assert problem(device.post(REPORTS, b"{}", JSON, CONTENT_LENGTH=length), 400)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/json+x"]
)
def test_only_json_is_taken(device, kind):
    assert problem(device.generic("POST", REPORTS, b"{}", content_type=kind), 415)


def test_compressed_bodies_are_not_taken(device):
    assert problem(device.post(REPORTS, b"{}", JSON, headers={"Content-Encoding": "gzip"}), 415)


@AGAIN
@given(body=st.binary(min_size=1, max_size=200), path=st.sampled_from(TAKING))
def test_no_bytes_are_a_500(device, body, path):
    answer = device.post(path, body, JSON)
    assert problem(answer, answer.status_code)
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["utf-16", "latin1", "nonsense", '"iso-8859-1"'])
def test_another_charset_is_refused_and_not_overlooked(device, charset):
    answer = device.generic("POST", REPORTS, json.dumps(report()), content_type=f"application/json; charset={charset}")
    assert problem(answer, 415) == [("", "unsupported_charset")]


def test_a_bad_character_hides_no_other_fault(device):
    sent = report(event_id="7", order="WO\x00", good="ten", operator="\ud800")
    raw = json.dumps(sent)[:-1] + ', "scrap": [], "scrap": [], "parameters": {"a": "1", "a": "2"}, "\\ud801": 1}'
    assert sorted(problem(device.post(REPORTS, raw, JSON), 400)) == [
        ("\\ud801", "unknown_field"),
        ("body", "surrogate"),
        ("event_id", "not_a_uuid"),
        ("good", "not_a_decimal_string"),
        ("operator", "surrogate"),
        ("order", "nul"),
        ("parameters.a", "duplicate_key"),
        ("scrap", "duplicate_key"),
    ]


def test_null_is_the_same_as_left_out(device):
    nothing = dict.fromkeys(["kind", "scrap", "rework", "setup_events", "confirmed_by", "output_lot", "operator"])
    assert device.post(REPORTS, {**report(), **nothing, "parameters": None, "sequence": None}, JSON).status_code == 202


class Torn(BytesIO):
    """A body whose chunks do not fit together, as the web server gives it: with an error of its own kind."""

    def read(self, size: int | None = -1) -> bytes:
        raise InvalidChunkSize(b"zz")


@pytest.mark.parametrize("path", TAKING)
def test_a_torn_chunked_body_is_a_400(device, path):
    torn = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": Torn()}
    answer = device.generic("POST", path, b"x", content_type=JSON, **torn)
    assert problem(answer, 400) == [("", "cut_off")]


@pytest.mark.parametrize("path", ["/api/v1/items", "/api/v1/nothing", "/api/schema"])
def test_an_unknown_host_is_a_problem_document_too(device, path):
    assert problem(device.get(path, headers={"Host": "elsewhere.example"}), 400) == [("", "unknown_host")]


@pytest.mark.parametrize("sign", ["%00", "%0a", "%0d", "%09", "%7f", "%c2%85"])
def test_an_address_with_a_control_character_is_not_there(supervisor, sign):
    for path in ("postings/P-000001", "work-orders/WO-1", "operation-reports/x", "lots/1", "nothing"):
        assert problem(supervisor.get(f"/api/v1/{path}{sign}"), 404) == [("", "not_found")]


@pytest.mark.parametrize("accept", ["application/problem+json", "text/csv, Application/Problem+JSON;q=0.5"])
def test_who_accepts_problems_accepts_json(device, accept):
    answer = device.get("/api/v1/items", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
    assert problem(device.get("/api/v1/items?x=1", headers={"Accept": accept}), 400)


FIELDS = {*report(), "kind", "scrap", "rework", "setup_events", "sequence", "parameters", "handling_unit", "output_lot"}
FIELDS |= {"operator", "confirmed_by", "item", "lot", "quantity", "unit", "sent_at"}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.from_regex(r"[0-9]{1,19}(\.[0-9]{1,10})?", fullmatch=True),
    st.lists(st.dictionaries(st.sampled_from(["quantity", "reason"]), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


@AGAIN
@given(changes=st.dictionaries(st.sampled_from(sorted(FIELDS)), ODD, max_size=4), path=st.sampled_from(TAKING))
def test_no_odd_values_are_a_500(device, changes, path):
    answer = device.post(path, json.dumps({**report(), **changes}), JSON)
    assert answer.status_code in (200, 202, 400, 409), answer.content


EXTREMES = ["0", "0.000000001", "1", "100", "999999999999999999.999999999"]


@pytest.fixture
def order(device):
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM")
    weighed = plant.item("GLUE", unit="KGM")
    plant.approved_bom(kit, lines=[LineDraft("FOIL", "0.5"), LineDraft("GLUE", "0.1", method="scan")])
    made = floor.released_order(kit, "100", number="WO-1")
    floor.staged(made, foil, "50")
    floor.staged(made, weighed, "5", code="G/1")
    return made


@AGAIN
@given(
    good=st.sampled_from(EXTREMES),
    rework=st.sampled_from(EXTREMES),
    setups=st.sampled_from([0, 999_999]),
    kind=st.sampled_from(["operation_complete", "order_close", "good_units"]),
    year=st.sampled_from(["2000", "2026", "2200"]),
)
def test_no_extreme_figure_is_a_500(device, order, good, rework, setups, kind, year):
    sent = report(event_id=..., good=good, rework=rework, setup_events=setups, kind=kind)
    sent["occurred_at"] = year + sent["occurred_at"][4:]
    answer = device.post("/api/v1/usage-previews", json.dumps(sent), JSON)
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("quantity", EXTREMES[1:])
@pytest.mark.parametrize(("item", "lot"), [("GLUE", "G/1"), ("GLUE", "nothing"), ("FOIL", "FOIL-1"), ("KIT", "G/1")])
@pytest.mark.parametrize("unit", ["KGM", "GRM", "LTR", "ZZZ"])
def test_no_extreme_weighing_is_a_500(device, order, quantity, item, lot, unit):
    sent = report(event_id=..., good=..., kind="scan_issue", item=item, lot=lot, quantity=quantity, unit=unit)
    answer = device.post("/api/v1/usage-previews", json.dumps(sent), JSON)
    assert answer.status_code == 200, answer.content
    assert answer.json()["reasons"]


@pytest.mark.parametrize(("quantity", "unit"), [("0.0001", "KGM"), ("0.1", "GRM"), ("0.000000001", "GRM")])
def test_a_weighing_finer_than_the_item_is_counted_is_refused_and_not_made_zero(device, order, quantity, unit):
    now = timezone.now().isoformat()
    sent = report(good=..., item="GLUE", lot="G/1", quantity=quantity, unit=unit, occurred_at=now)
    href = device.post("/api/v1/scan-issues", json.dumps(sent), JSON).json()["href"]
    post_reports()
    found = device.get(href).json()
    assert (found["state"], [reason["code"] for reason in found["reasons"]]) == ("refused", ["quantity_too_fine"])


NAMES = st.text(max_size=5) | st.sampled_from(
    ["code", "item", "state", "order", "cursor", "page_size", "kind", "line", "number", "direction", "depth"]
)
QUERIES = st.text(max_size=20) | st.sampled_from(
    ["1", "-1", "9" * 30, "\x00", "cD1hYmM=", "bz0xJnA9eA==", "cD0lMDA=", "released", "blocked"]
)
KEYS = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["0", "9" * 18, "9" * 19, "9" * 40, "P-1", "P-999999999999999", "%00", "\x00", str(uuid.UUID(int=0))]
)
MORE = st.sampled_from(
    ["", "/retry", "/genealogy", "/genealogy?depth=x", "/genealogy?direction=up", "/genealogy?depth=1"]
)
BAD_HEADERS = [
    *("", "Device", "Device ", "Device nobody", "Token nobody", "Device a b", "Device \xff\xfe", "Bearer x"),
    "Device " + "x" * 5000,
]


@AGAIN
@given(
    path=st.sampled_from(LISTS),
    query=st.dictionaries(NAMES, QUERIES, max_size=3),
)
def test_no_query_is_a_500(supervisor, path, query):
    answer = supervisor.get(path, query)
    if answer.status_code != 200:
        assert problem(answer, 400)


PATHS = st.sampled_from(["operation-reports", "work-orders", "postings", "lots", "boms"])


@AGAIN
@given(path=PATHS, key=KEYS, more=MORE)
def test_no_address_is_a_500(supervisor, path, key, more):
    answer = supervisor.get(f"/api/v1/{path}/{quote(key, safe='')}{more}")
    assert answer.status_code in (200, 400, 404, 405)
    if answer.status_code != 200:
        problem(answer, answer.status_code)


def test_an_address_that_is_none_is_a_problem_document_too(device):
    for path in ("/api/v1/nothing", "/api/v2/lots", "/api/", "/api/v1/lots/", "/api/v1/lots/x"):
        problem(device.get(path), 404)


@pytest.mark.parametrize("path", sorted({*TAKING, *LISTS}))
def test_other_methods_are_a_405(device, path):
    for method in ("delete", "put", "patch"):
        problem(getattr(device, method)(path), 405)


def test_what_is_not_json_is_not_given_out(device):
    problem(device.get("/api/v1/items", headers={"Accept": "application/xml"}), 406)


@pytest.mark.parametrize("path", [REPORTS, "/api/v1/device-heartbeats", "/api/v1/items"])
@pytest.mark.parametrize("header", BAD_HEADERS)
def test_nobody_is_let_in_without_a_good_token(db, path, header):
    plant.device()
    client = Client(headers={"Authorization": header} if header else {})
    answer = client.post(path, "{}", JSON) if path in TAKING else client.get(path)
    problem(answer, 401)
    assert "Device" in answer["WWW-Authenticate"]
    assert not OperationReport.objects.exists()
