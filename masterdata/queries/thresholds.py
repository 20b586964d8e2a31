"""Governed limits: what a signed change request set, or the setting that holds until one has."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from masterdata.models import Threshold
from masterdata.rules.vocabulary import ThresholdCode


def threshold(code: ThresholdCode) -> Decimal:
    """The limit in force, in the unit that its name says."""
    found = Threshold.objects.filter(code=code).first()
    return found.value if found is not None else setting_of(code)


def setting_of(code: ThresholdCode) -> Decimal:
    """What the setting of the same name says."""
    return Decimal(str(getattr(settings, code.value.upper())))


def time_limit(code: ThresholdCode) -> timedelta:
    """A limit of time: the name of each ends in its unit."""
    unit = code.value.rpartition("_")[2]
    return timedelta(**{unit: float(threshold(code))})
