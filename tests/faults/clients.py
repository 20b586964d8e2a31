"""Devices that report over HTTP as they do in a plant: they keep an event until somebody acknowledged it."""

import http.client
import json
import random
import threading
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests import plant

PATH = "/api/v1/operation-reports"


class Client(threading.Thread):
    """Reports one unit after the other to its orders, in turn; sends again what was not acknowledged.

    Now and then it sends an acknowledged event again (200), or with another body (409). `answers` counts what it was told.
    """

    def __init__(self, address, orders: list[str], count: int, *, pause: float, seed: int):
        super().__init__(daemon=True)
        self.address = address  # called for each request: the server may have moved
        self.orders = orders
        self.count = count
        self.pause = pause
        self.acknowledged: list[uuid.UUID] = []
        self.answers: dict[int, int] = {}
        self.faults: list[str] = []
        self._random = random.Random(seed)
        self._given_up = threading.Event()

    def run(self) -> None:
        try:
            for index in range(self.count):
                body = {
                    "event_id": str(uuid.uuid4()),
                    "order": self.orders[index % len(self.orders)],
                    "operation": "10",
                    "occurred_at": datetime.now(UTC).isoformat(),
                    "good": "1",
                }
                self._until_acknowledged(body)
                self._perhaps_again(body)
                time.sleep(self.pause)
        except Exception as error:  # shown by the test, not by a thread that nobody watches
            self.faults.append(repr(error))

    def give_up(self) -> None:
        self._given_up.set()

    def _until_acknowledged(self, body: dict) -> None:
        while not self._given_up.is_set():
            status = self._post(body)
            if status in (200, 202):
                self.acknowledged.append(uuid.UUID(body["event_id"]))
                return
            if status not in (0, 500, 502, 503, 504):
                self.faults.append(f"{status} to {body}")
                return
            time.sleep(self._random.uniform(0.05, 0.3))

    def _perhaps_again(self, body: dict) -> None:
        if self._random.random() < 0.2 and self._post(body) not in (0, 200, 503):
            self.faults.append(f"a repeat of {body} was not 200")
        if self._random.random() < 0.1 and self._post({**body, "good": "2"}) not in (0, 409, 503):
            self.faults.append(f"other content of {body} was not 409")

    def _post(self, body: dict) -> int:
        """The status, or 0 where there was no answer: the client then knows nothing, as after a cut cable."""
        address = urlsplit(self.address())
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        try:
            headers = {"Authorization": f"Device {plant.DEVICE_TOKEN}", "Content-Type": "application/json"}
            connection.request("POST", PATH, json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.answers[status] = self.answers.get(status, 0) + 1
        return status


def start_clients(rig, count: int, each: int, *, pause: float = 0) -> list[Client]:
    """`count` devices that send `each` reports to all orders of the rig, `pause` seconds after each."""
    numbers = [order.number for order in rig.orders]
    clients = []
    for index in range(count):
        first = index % len(numbers)
        turn = numbers[first:] + numbers[:first]
        clients.append(Client(lambda: rig.web.url, turn, each, pause=pause, seed=index))
    for client in clients:
        client.start()
    return clients


def wait_for(rig, clients: list[Client], seconds: float = 120) -> None:
    """Until every client is done; what they were told is then what the rig must hold."""
    limit = time.monotonic() + seconds
    for client in clients:
        client.join(max(0.1, limit - time.monotonic()))
    unfinished = sum(client.is_alive() for client in clients)
    for client in clients:
        client.give_up()
        client.join(15)
        rig.acknowledged.update(client.acknowledged)
    faults = [fault for client in clients for fault in client.faults]
    assert not faults, faults[:5]
    assert not unfinished, f"{unfinished} clients were not done within {seconds:.0f} s"
