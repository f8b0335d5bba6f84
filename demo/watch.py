"""The demo's hand on the clock, and its eye on what the product still has to do: metrics, and the phones' messages."""

import json
import re
import time as real
import urllib.request
from collections.abc import Callable, Mapping
from datetime import date, time

from demo.client import Server, Unexpected
from demo.days import at

WAIT_AT_MOST = 300.0
_LOOK_AGAIN = 0.05
_SWEEPS = ("plan_evening", "solve_plans", "foresee", "invitations", "reminders", "expire", "returns", "send_messages")
_GAUGE = re.compile(r'(\w+)(?:\{(\w+)="([^"]*)"\})? (\S+)')

Metrics = Mapping[str, float]


class Watch:
    """Looks from outside. `standin`: the stand-in's address; `check` raises when one of our programs has stopped."""

    def __init__(self, server: Server, standin: str, check: Callable[[], None]) -> None:
        self._server = server
        self._standin = standin
        self._check = check
        self._now = 0.0
        self._read = 0

    def move(self, day: date, hour: time) -> None:
        """Move the live world's clock forward."""
        to = at(day, hour)
        body = json.dumps({"to": to.isoformat()}).encode()
        self._server.send("POST", "/demo/clock", body, {"Content-Type": "application/json"}).wanted(200)
        self._now = to.timestamp()

    def until_numbered(self) -> None:
        """Wait until every event has its place in the feed."""
        self._until(lambda seen: seen["delivery_events_unnumbered"] == 0, "the feed to be numbered")

    def until_swept(self, day: date, hour: time) -> None:
        """Wait until the timed jobs have seen that hour: what they owe in the morning is not overtaken by evening."""
        since = at(day, hour).timestamp()
        self._until(lambda seen: swept(seen, since), "the timed jobs of the day")

    def settle(self) -> None:
        """Wait until the timed jobs have seen this hour and no message is on its way."""

        def settled(seen: Metrics) -> bool:
            return (
                swept(seen, self._now) and seen["delivery_outbox_due"] == 0 and seen["delivery_events_unnumbered"] == 0
            )

        while True:
            self._until(settled, "the timed jobs")
            idle = self._ask("/_standin/idle")
            if isinstance(idle, dict) and idle["outstanding"] == 0:
                break
            self.wait()
        # What the last callbacks set off has been done too.
        self._until(settled, "the timed jobs")

    def new_texts(self) -> list[dict[str, object]]:
        """The messages that came since the last time, as the phones show them."""
        messages = self._messages(self._read)
        self._read += len(messages)
        return messages

    def texts(self) -> tuple[int, int]:
        """How many messages there were, and in how many segments."""
        messages = self._messages(0)
        return len(messages), sum(int(str(message["num_segments"])) for message in messages)

    def wait(self) -> None:
        """A moment, if all our programs still run."""
        self._check()
        real.sleep(_LOOK_AGAIN)

    def _until(self, enough: Callable[[Metrics], bool], what: str) -> None:
        begun = real.monotonic()
        while not enough(self._metrics()):
            self.wait()
            if real.monotonic() - begun > WAIT_AT_MOST:
                raise Unexpected(f"Waited {WAIT_AT_MOST:.0f} s for {what}, in vain: {self._metrics()}")

    def _metrics(self) -> Metrics:
        return read_metrics(self._server.send("GET", "/metrics").wanted(200).text)

    def _messages(self, after: int) -> list[dict[str, object]]:
        messages = self._ask(f"/_standin/messages?after={after}")
        assert isinstance(messages, list)
        return messages

    def _ask(self, path: str) -> object:
        with urllib.request.urlopen(self._standin + path, timeout=60) as answer:
            return json.load(answer)


def swept(seen: Metrics, since: float) -> bool:
    """Whether each timed job has seen the world's time `since`, in seconds of the epoch."""
    return all(seen.get(f"swept {job}", 0.0) >= since for job in _SWEEPS)


def read_metrics(text: str) -> Metrics:
    """Prometheus' text as name → value: "swept <job>" for the sweeps, "<name> <label>" for other labelled gauges."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        read = _GAUGE.fullmatch(line)
        if read is not None:
            name = f"swept {read[3]}" if read[2] == "job" else f"{read[1]} {read[3] or ''}".strip()
            found[name] = float(read[4])
    return found
