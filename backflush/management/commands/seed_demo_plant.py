"""`manage.py seed_demo_plant`: fill an empty database with the demo plant. A second call adds nothing."""

import time

from django.core.management.base import BaseCommand
from django.utils import timezone

from backflush.management.demo.seed import is_somebody_elses, is_whole, seed


class Command(BaseCommand):
    help = "Fill an empty database with the demo plant; a second call adds nothing."

    def handle(self, *args, **options):
        if is_whole():
            self.stdout.write("The demo plant is there already.")
        elif is_somebody_elses():
            self.stdout.write("This database holds a plant of its own; no demo plant is added to it.")
        else:
            started = time.monotonic()
            seed(timezone.now())
            self.stdout.write(f"The demo plant is ready ({time.monotonic() - started:.1f} s).")
