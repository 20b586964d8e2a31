"""The simulator's loop: about one event a second, whatever it is, until it is asked to stop."""

import random
import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, close_old_connections, connection

from backflush.management.demo import cast
from backflush.management.demo.floor import Floor
from backflush.management.demo.plant import Plant
from backflush.management.demo.simulator.doors import Doors
from backflush.management.demo.simulator.mending import Mending
from backflush.management.demo.simulator.mishaps import Mishaps
from backflush.management.demo.simulator.player import Player
from backflush.management.demo.simulator.production import Production
from backflush.management.demo.simulator.quality import Quality
from backflush.management.demo.simulator.supply import Supply
from masterdata.rules.refusal import Refused

log = structlog.get_logger(__name__)
_REST = 1.0
_WAIT_AFTER_TROUBLE = 3.0


class Simulation:
    """Plays the plant until `stop` is called. `tell` hears every event in words."""

    def __init__(
        self, url: str, *, speed: float = 1.0, chance: random.Random | None = None, tell: Callable[[str], None]
    ) -> None:
        self.chance = chance or random.Random()  # noqa: S311 - a story, not a secret
        self.speed = speed
        self.tell = tell
        self.stopped = False
        self.events = 0
        plant = Plant()
        self.player = Player(Floor(plant, self.chance), Doors(url), self.chance, speed=speed)
        self.supply = Supply(self.player)
        self.production = Production(self.player, self.supply)
        self.mending = Mending(self.player, self.production)
        self.quality = Quality(self.player)
        self.mishaps = Mishaps(self.player, self.quality)
        self._beating = 0

    def stop(self, *_: object) -> None:
        self.stopped = True

    def run(self, seconds: float | None = None) -> int:
        """Play for so many seconds, or until stopped; returns how many events there were."""
        end = time.monotonic() + seconds if seconds else None
        while not self.stopped and (end is None or time.monotonic() < end):
            started = time.monotonic()
            rest = _REST / self.speed if self._event() else _WAIT_AFTER_TROUBLE / self.speed
            self._sleep(max(0.0, rest * self.chance.uniform(0.6, 1.4) - (time.monotonic() - started)))
        return self.events

    def _sleep(self, seconds: float) -> None:
        """In short pieces, so that a wish to stop is heard."""
        end = time.monotonic() + seconds
        while not self.stopped and time.monotonic() < end:
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))

    def _event(self) -> bool:
        """One event. A refusal is an answer like any other; trouble with the machinery is waited out."""
        try:
            if not self.player.doors.flush():
                self.tell("the web server is away; what machines have to say waits")
                return False
            done = self._play()
        except Refused as refused:
            done = f"refused: {refused}"
        except (DatabaseError, OSError) as error:
            self.tell(f"trouble: {error}".strip())
            connection.close()
            return False
        finally:
            close_old_connections()
        if done:
            self.events += 1
            self.tell(done)
        return True

    def _play(self) -> str:
        """The first of these that finds something to do, beginning with one by chance."""
        turns: list[tuple[float, Callable[[], str]]] = [
            (6, self._beat),
            (14, self.mending.act),
            (5, self.supply.plan),
            (5, self.supply.act),
            (6, self.quality.act),
            (6, self.mishaps.act),
        ]
        lot = self.chance.uniform(0, 100)
        for percent, act in turns:
            if lot < percent:
                done = act()
                if done:
                    return done
                break
            lot -= percent
        for act in (self.production.act, self.mending.act, self.supply.plan, self.quality.act, self.supply.act):
            done = act()
            if done:
                return done
        return ""

    def _beat(self) -> str:
        device = cast.DEVICES[self._beating % len(cast.DEVICES)]
        self._beating += 1
        self.player.beat(device.code)
        return f"heartbeat of {device.code}"
