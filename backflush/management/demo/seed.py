"""Tells the demo plant's story once, from an empty database to a plant at work. A story that was cut off is told on."""

import random
from datetime import datetime

from backflush.management.demo import bottles, changes, monitors, situations, tablets
from backflush.management.demo.floor import Floor
from backflush.management.demo.plant import is_demo_plant, open_plant
from backflush.management.demo.published_hashes import quick_hashes
from masterdata.models import Person
from traceability.models import WorkOrder

#: the order that is planned last of all
_LAST = monitors.PLANNED[-1][0]


def is_whole() -> bool:
    """Whether the story was told to its end."""
    return is_demo_plant() and WorkOrder.objects.filter(number=_LAST).exists()


def is_somebody_elses() -> bool:
    """Whether the database holds a plant that is not the demo plant."""
    return Person.objects.exclude(username="ada").exists() and not is_demo_plant()


def seed(now: datetime) -> None:
    """Sixty days of history that end at `now`, through the product's own actions."""
    with quick_hashes():
        _tell(now)


def _tell(now: datetime) -> None:
    plant = open_plant(now)
    for product in (tablets, bottles, monitors):
        product.master(plant, now)
    changes.happen(plant, now)
    floor = Floor(plant, random.Random(2026))  # noqa: S311 - a story, not a secret
    for product in (tablets, bottles, monitors):
        product.story(floor, now)
    situations.happen(floor, now)
    situations.plan_ahead(floor, now)
