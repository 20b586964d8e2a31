"""What an amount of an item is in another unit, step by step: the calculator for scripts."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import Item, Unit
from masterdata.pages.api_lists import Check, ParameterFault, checked
from masterdata.pages.api_schema import decimal, described, many, maybe, moment, named, parameter, record, text, whole
from masterdata.pages.callers import caller_of
from masterdata.pages.lists import FIRST_DAY, LAST_DAY
from masterdata.rules.conversion_steps import Step
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from masterdata.rules.units import decimal_text, parse_decimal
from traceability.models import MaterialLot
from traceability.queries.conversions import Answer, Question, answer

_EXACT = named(
    "ExactNumber",
    record(
        {
            "numerator": text("A whole number"),
            "denominator": text("A whole number above zero"),
            "decimal": maybe(decimal("Where a decimal ends; else null")),
        },
        "A fraction, to the last digit",
    ),
)
STEP = named(
    "ConversionStep",
    record(
        {
            "from_unit": text("UN/ECE Rec 20"),
            "to_unit": text("UN/ECE Rec 20"),
            "factor": _EXACT,
            "result": _EXACT,
            "source": text("Where the factor is from", enum=["unit_table", "unit_factor", "lot"]),
            "version": maybe(whole("Of the item's factor")),
            "effective_from": maybe(moment()),
            "signed_by": maybe(text("As printed with the signature")),
            "density_temperature": maybe(decimal("°C that the density is written for")),
            "temperature_coefficient": maybe(decimal("Growth of the volume per °C")),
            "corrected": {"type": "boolean", "description": "Whether the temperature changed it"},
        }
    ),
)
CONVERSION = named(
    "Conversion",
    record(
        {
            "item": text(),
            "amount": _EXACT,
            "from_unit": text(),
            "to_unit": text(),
            "at": moment("Whose factors were taken"),
            "lot": maybe(text()),
            "temperature": maybe(decimal("°C that densities were taken at")),
            "result": _EXACT,
            "steps": many(STEP, "In order; none where the units are the same"),
            "notes": many(text(), "What was asked for and could not count, in words"),
            "contradictions": many(
                record({"from_unit": text(), "to_unit": text(), "factor": _EXACT, "others": _EXACT}),
                "Approved factors that say something else than the others do",
            ),
        }
    ),
)


def _decimal(name: str, whole_digits: int) -> Check:
    def check(value: str) -> ParameterFault | None:
        try:
            read = parse_decimal(value)
        except ValueError:
            return "not_a_decimal", f"{name} is a decimal number such as 12.5."
        if abs(read) >= 10**whole_digits or (read * 10**9).denominator != 1:
            return "not_a_decimal", f"{name} has at most {whole_digits} digits before the point and 9 after it."
        return None

    return check


def _moment(value: str) -> ParameterFault | None:
    return None if _read_moment(value) else ("not_a_time", "at is a time such as 2026-01-31T14:30:00Z.")


def _read_moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo and FIRST_DAY <= found.date() <= LAST_DAY else None


def _unit(value: str) -> ParameterFault | None:
    if Unit.objects.filter(code=value).exists():
        return None
    return "unknown_unit", "There is no such unit: write its UN/ECE Rec 20 code, such as KGM."


PARAMETERS: dict[str, tuple[Check | tuple[str, ...], str]] = {
    "amount": (_decimal("amount", 18), "How much; a decimal. Without it: 1"),
    "from_unit": (_unit, "UN/ECE Rec 20"),
    "to_unit": (_unit, "UN/ECE Rec 20. Without it: the item's stock unit"),
    "at": (_moment, "By the factors in force then. Without it: now"),
    "lot": ((), "Code of a lot of the item: its measured density goes before the item's"),
    "temperature": (_decimal("temperature", 4), "°C to take densities at. Without it: their item's reference"),
}


class ItemConversion(APIView):
    duties = {"GET": None}

    @described(
        "What an amount of an item is in another unit",
        {200: CONVERSION},
        about="By approved factors only, along the path that posting takes; nothing is rounded. 422 `no_conversion`"
        " where no approved path leads there.",
        parameters=[parameter(name, about, needed=name == "from_unit") for name, (_, about) in PARAMETERS.items()],
        problems=(400, 404, 422),
    )
    def get(self, request: Request, code: str) -> Response:
        given = checked(request, {name: check for name, (check, _) in PARAMETERS.items()})
        if "from_unit" not in given:
            raise exceptions.ValidationError(
                {"from_unit": [exceptions.ErrorDetail("from_unit is needed.", "required")]}
            )
        site_id = caller_of(request).site_id
        item = Item.objects.select_related("stock_unit").filter(code=code).first()
        if item is None:
            raise Http404(f"There is no item {code[:60]}.")
        question = Question(
            item,
            parse_decimal(given.get("amount", "1")),
            given["from_unit"],
            given.get("to_unit", item.stock_unit.code),
            _read_moment(given.get("at", "")) or timezone.now(),
            _lot(item, site_id, given["lot"]) if "lot" in given else None,
            parse_decimal(given["temperature"]) if "temperature" in given else None,
        )
        found = answer(question)
        if found.worked.result is None:
            raise Refused(*found.worked.refusals)
        return Response(_described(question, found, found.worked.result))


def _lot(item: Item, site_id: int, code: str) -> MaterialLot:
    lot = MaterialLot.objects.filter(item=item, site_id=site_id, code=code).first()
    if lot is None:
        fault = exceptions.ErrorDetail(f"There is no lot {code} of {item.code} here.", "unknown_lot")
        raise exceptions.ValidationError({"lot": [fault]})
    return lot


def _described(question: Question, found: Answer, result: Fraction) -> dict[str, Any]:
    worked = found.worked
    return {
        "item": question.item.code,
        "amount": _exact(question.amount),
        "from_unit": question.from_unit,
        "to_unit": question.to_unit,
        "at": question.at,
        "lot": question.lot.code if question.lot else None,
        "temperature": None if worked.temperature is None else decimal_text(worked.temperature),
        "result": _exact(result),
        "steps": [_step(one, found) for one in worked.steps],
        "notes": list(found.notes),
        "contradictions": [
            {
                "from_unit": one.factor.from_unit,
                "to_unit": one.factor.to_unit,
                "factor": _exact(one.factor.factor),
                "others": _exact(one.others),
            }
            for one in worked.contradictions
        ],
    }


def _step(one: Step, found: Answer) -> dict[str, Any]:
    source = one.source
    row = found.factors.get(source.reference) if source else None
    heat, growth = (source.reference_temperature, source.coefficient) if source else (None, None)
    return {
        "from_unit": one.from_unit,
        "to_unit": one.to_unit,
        "factor": _exact(one.factor),
        "result": _exact(one.result),
        "source": "unit_table" if source is None else "unit_factor" if row else "lot",
        "version": row.version if row else None,
        "effective_from": row.effective_from if row else None,
        "signed_by": row.signature.printed_name if row and row.signature else None,
        "density_temperature": None if heat is None else decimal_text(heat),
        "temperature_coefficient": None if growth is None else decimal_text(growth),
        "corrected": one.corrected,
    }


def _exact(value: Fraction) -> dict[str, str | None]:
    try:
        written: str | None = decimal_text(value)
    except ValueError:
        written = None
    return {"numerator": str(value.numerator), "denominator": str(value.denominator), "decimal": written}
