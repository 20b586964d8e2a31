"""One form for every kind of record that is written field by field: its fields, why it is changed, and from when on."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from masterdata.models import Bin, ChangeRequest, Item, ProductionLine, Site, Unit
from masterdata.pages.figures import words
from masterdata.pages.forms import labelled, local_time
from masterdata.pages.number_fields import DecimalNumber, WholeNumber
from masterdata.queries.contents import number_text
from masterdata.queries.governed import referenced
from masterdata.rules.governed_kinds import KINDS, Field, FieldKind, Kind
from masterdata.rules.plant_words import role_words
from masterdata.rules.vocabulary import BinKind, Role

#: whole digits and decimals of the columns that take a decimal
_SIZES = {"standard_cost": (12, 6), "label_potency": (3, 6), "value": (12, 9), "multiple": (18, 9)}
_REFERENCES = frozenset({FieldKind.ITEM, FieldKind.UNIT, FieldKind.LINE, FieldKind.BIN})
SIGNERS = [Role.ENGINEER, Role.QA, Role.SUPERVISOR, Role.FINANCE, Role.ADMIN]


class GovernedForm(forms.Form):
    """What a record of the kind should say. `content`: what it says now (None: it is new); fixed fields stand then."""

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        site: Site,
        content: dict[str, Any] | None = None,
        request: ChangeRequest | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.site, self.content = kind, site, content
        told = {**(content or {}), **(request.proposed if request else {})}
        for field in kind.fields:
            if field.kind == FieldKind.SITE or (field.fixed and content is not None):
                continue
            self.fields[field.name] = _field(field, kind, site)
            self.initial.setdefault(field.name, _shown(field, told.get(field.name, field.initial)))
        self.fields["reason"] = forms.CharField(max_length=300, label="Why?", help_text="Whoever signs it reads this.")
        self.fields["effective_from"] = local_time(
            "Effective from", required=False, help_text="At the site's time. Empty: at once, when it is signed."
        )
        if request is not None:
            self.initial.update(reason=request.reason, effective_from=request.effective_from)

    def proposed(self) -> dict[str, Any]:
        """Canonical values by field; of a record that is there the fixed ones as they stand."""
        found: dict[str, Any] = {}
        for field in self.kind.fields:
            if field.kind == FieldKind.SITE:
                found[field.name] = (self.content or {}).get(field.name) or self.site.code
            elif field.name in self.fields:
                found[field.name] = _canonical(field, self.cleaned_data[field.name])
            elif self.content is not None:
                found[field.name] = self.content[field.name]
        return found


def _field(field: Field, kind: Kind, site: Site) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": field.hint}
    match field.kind:
        case FieldKind.FLAG:
            return forms.BooleanField(**{**common, "required": False})
        case FieldKind.WHOLE:
            return WholeNumber(least=field.least, most=field.most, **common)
        case FieldKind.DECIMAL:
            whole, places = _SIZES[field.name]
            return DecimalNumber(least=0, whole=whole, places=places, **common)
        case FieldKind.CHOICE:
            choices = [(one, words(one)) for one in (field.choices or tuple(KINDS))]
            return forms.ChoiceField(choices=choices if field.required else [("", "–"), *choices], **common)
        case FieldKind.ROLES:
            return RolesField(**common)
    if field.kind in _REFERENCES:
        return _reference(field, kind, site, common)
    return forms.CharField(max_length=field.most, **common)


def _reference(field: Field, kind: Kind, site: Site, common: dict[str, Any]) -> forms.Field:
    rows: QuerySet[Any]
    by: str | None = "code"
    match field.kind:
        case FieldKind.ITEM:
            rows, say = Item.objects.order_by("code"), lambda row: f"{row.code}  {row.name}"
            if kind.name == "label_version":
                rows = rows.filter(label_controlled=True)
        case FieldKind.UNIT:
            rows, say = Unit.objects.order_by("code"), lambda row: f"{row.symbol} ({row.name})"
        case FieldKind.LINE:
            rows, by = ProductionLine.objects.filter(site=site).select_related("site").order_by("code"), None
            say = lambda row: f"{row.code}  {row.name}"  # noqa: E731
        case _:
            drawn_from = Bin.objects.filter(site=site, kind__in=[BinKind.STAGING, BinKind.SUPERMARKET])
            rows, by, say = drawn_from.select_related("site").order_by("code"), None, lambda row: str(row.code)
    made = forms.ModelChoiceField(rows, to_field_name=by, **common)
    labelled(made, say)
    return made


class RolesField(forms.MultiValueField):
    """Up to three signatures, each by a role; the same role may stand twice."""

    MOST = 3

    def __init__(self, **options: Any) -> None:
        choices = [("", "–"), *((role.value, role_words(role)) for role in SIGNERS)]
        parts = [forms.ChoiceField(choices=choices, required=False) for _ in range(self.MOST)]
        super().__init__(
            parts,
            widget=RolesWidget(
                [forms.Select({"aria-label": f"Signature {place}"}, choices) for place, _ in enumerate(parts, start=1)]
            ),
            require_all_fields=False,
            **options,
        )

    def compress(self, data_list: list[str]) -> list[str]:
        return [role for role in data_list if role]


class RolesWidget(forms.MultiWidget):
    def decompress(self, value: Any) -> list[str]:
        roles = list(value or [])
        return [*roles, *[""] * RolesField.MOST][: RolesField.MOST]


def _shown(field: Field, value: Any) -> Any:
    """A canonical value as the form's widget takes it."""
    if field.kind in (FieldKind.LINE, FieldKind.BIN) and value:
        found = referenced(field.kind, str(value))
        return found.pk if found is not None else None
    return value


def _canonical(field: Field, value: Any) -> Any:
    if field.kind == FieldKind.FLAG:
        return bool(value)
    if value in (None, ""):
        return None if field.kind in (*_REFERENCES, FieldKind.DECIMAL, FieldKind.WHOLE) else ""
    if isinstance(value, Decimal):
        return number_text(value)
    if field.kind in (FieldKind.LINE, FieldKind.BIN):
        return f"{value.site.code} {value.code}"
    if field.kind in _REFERENCES:
        return value.code
    return value
