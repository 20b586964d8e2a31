"""`manage.py run_simulator`: play the demo plant on, about one event a second, until SIGTERM."""

import os
import signal
import time
from collections import deque

from django.core.management.base import BaseCommand, CommandError

from backflush.management.demo.plant import is_demo_plant
from backflush.management.demo.simulator.loop import Simulation

TOLD_EVERY = 60


class Command(BaseCommand):
    help = "Play the demo plant on: machines over HTTP, people through actions. Ends on SIGTERM or after --seconds."

    def add_arguments(self, parser):
        parser.add_argument("--url", default=os.environ.get("PLANT_URL", "http://127.0.0.1:8000"))
        parser.add_argument("--speed", type=float, default=1.0, help="events a second (default 1)")
        parser.add_argument("--seconds", type=float, help="stop after so many seconds")

    def handle(self, *args, url, speed, seconds, verbosity, **options):
        if not 0 < speed <= 100:
            raise CommandError("--speed goes from above 0 to 100 events a second.")
        if not is_demo_plant():
            self._wait_in_vain(seconds)
            return
        told = deque(maxlen=1)
        self.last = time.monotonic()
        simulation = Simulation(url, speed=speed, tell=lambda words: self._tell(words, told, verbosity))
        for asked in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked, simulation.stop)
        events = simulation.run(seconds)
        self.stdout.write(f"{events} events played.")

    def _tell(self, words, told, verbosity):
        """Everything where asked for; else once a minute what happened last."""
        told.append(words)
        if verbosity > 1:
            self.stdout.write(words)
        elif time.monotonic() - self.last > TOLD_EVERY:
            self.last = time.monotonic()
            self.stdout.write(f"still playing; last: {words}")
        self.stdout.flush()

    def _wait_in_vain(self, seconds):
        """No demo plant, nothing to play. Waits to be ended, so that a supervisor does not start it over and over."""
        self.stdout.write("This is no demo plant, so nothing is simulated.")
        self.stdout.flush()
        ended = []
        for asked in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked, lambda *_: ended.append(True))
        limit = time.monotonic() + seconds if seconds else None
        while not ended and (limit is None or time.monotonic() < limit):
            time.sleep(0.5)
