"""Numbers in forms, refused in the product's words: what is wrong with what was typed, and how it is written."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from masterdata.pages.figures import figure

_COMMA = re.compile(r"[+-]?\d+(,\d+)+(\.\d+)?")


class _Number(forms.Field):
    """`least` and `most` are the first and last number that is taken."""

    example = "1.5"

    def __init__(self, *, least: int | None = None, most: int | None = None, **options: Any) -> None:
        size = options.pop("size", None)
        attributes = {"inputmode": "decimal", "autocomplete": "off"} | ({"size": size} if size else {})
        super().__init__(widget=forms.TextInput(attrs=attributes), **options)
        self.least, self.most = least, most
        self.error_messages |= {
            "required": f"Write a number here, such as {self.example}.",
            "invalid": f"That is no number. Write it in digits, such as {self.example}.",
        }

    def to_python(self, value: Any) -> Any:
        typed = str(value).strip() if value is not None else ""
        if _COMMA.fullmatch(typed):
            raise forms.ValidationError(self.comma(typed))
        return super().to_python(value)

    def comma(self, typed: str) -> str:
        """A comma may mean a decimal or thousands, so nothing is read into it."""
        if typed.count(",") > 1 or "." in typed:
            return f"Write {typed} without a comma: {typed.replace(',', '')}."
        return f"Write {typed.replace(',', '.')} with a point, not {typed} with a comma; thousands need no mark."

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            raise forms.ValidationError(f"Write {self.least} or more; {figure(value)} is too little.")
        if self.most is not None and value > self.most:
            raise forms.ValidationError(f"Write {figure(self.most)} or less; {figure(value)} is too much.")


class DecimalNumber(_Number, forms.DecimalField):
    """An exact decimal with at most `whole` digits before the point and `places` after it."""

    def __init__(self, *, whole: int, places: int, **options: Any) -> None:
        super().__init__(**options)
        self.whole, self.places = whole, places

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        shortest = value.normalize()
        if -int(shortest.as_tuple().exponent) > self.places:
            raise forms.ValidationError(f"At most {self.places} digits after the point are kept: round it.")
        if abs(shortest) >= Decimal(10) ** self.whole:
            raise forms.ValidationError(f"That is too large: at most {self.whole} digits before the point.")


class WholeNumber(_Number, forms.IntegerField):
    """A number without decimals."""

    example = "12"

    def comma(self, typed: str) -> str:
        return f"Write {typed} as a whole number without a comma, such as {self.example}."
