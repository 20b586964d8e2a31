"""Turns the words of `rules.vocabulary` into model choices, checks and indexes that read alike everywhere."""

from enum import StrEnum

from django.db import models


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Model choices of an enumeration: the stored word and how a person reads it."""
    return [(word.value, word.value.replace("_", " ")) for word in words]


def one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    """A database check that `field` holds one of the words of an enumeration."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [word.value for word in words]}), name=name)


class Quantity(models.DecimalField):
    """A quantity in some unit: numeric, nine decimals."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 27)
        kwargs.setdefault("decimal_places", 9)
        super().__init__(*args, **kwargs)


class Money(models.DecimalField):
    """A price or amount in the site's currency: numeric, six decimals."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 24)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class Percent(models.DecimalField):
    """A percentage: numeric, six decimals."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class Ratio(models.DecimalField):
    """Numerator or denominator of an exact rational: a whole number of any useful size."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 40)
        kwargs.setdefault("decimal_places", 0)
        super().__init__(*args, **kwargs)
