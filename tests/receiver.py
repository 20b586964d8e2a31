"""A receiver of goods movements on this machine: a real HTTP server that answers, fails or keeps silent as a test says.

with Receiver() as receiver:
    receiver.answers = [500, 200]     # one after the other, then 200
    receiver.silent = True            # takes the request and says nothing
    receiver.positions                # of all messages that were answered with 2xx, in the order of arrival
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = ["127.0.0.0/8", "::1/128"]


class Receiver:
    def __init__(self) -> None:
        self.answers: list[int] = []
        self.silent = False
        self.dripping = False
        self.location = ""
        self.requests: list[dict[str, Any]] = []
        self._end = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/movements?from=backflush"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one["body"]) for one in self.requests]

    @property
    def positions(self) -> list[int]:
        taken = [body for one, body in zip(self.requests, self.bodies, strict=True) if 200 <= one["answered"] <= 299]
        return [message["position"] for body in taken for message in body["messages"]]

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                silent = receiver.silent or receiver.dripping
                status = 0 if silent else (receiver.answers.pop(0) if receiver.answers else 200)
                receiver.requests.append(
                    {"path": self.path, "headers": dict(self.headers), "body": body, "answered": status}
                )
                if receiver.dripping:
                    self._drip()
                elif receiver.silent:
                    receiver._end.wait(30)
                else:
                    self.send_response(status)
                    if receiver.location:
                        self.send_header("Location", receiver.location)
                    self.end_headers()

            def _drip(self) -> None:
                """A byte of the head now and then: no single read ever waits long."""
                while not receiver._end.wait(0.05):
                    try:
                        self.wfile.write(b"H")
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                pass

        return Handler
