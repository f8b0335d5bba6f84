"""OSRM and Valhalla over HTTP: how far spots lie from a road, and how long and far it is between spots.

One connection serves all questions about one day and is cut at a deadline, whatever the server does meanwhile.
Redirects are not followed. Answers are believed only when their shape is right.
"""

import http.client
import json
import math
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from routing.matrix import Point, Vehicle

CONNECT_SECONDS: Final = 2.0
LONGEST_ANSWER: Final = 16 * 1024 * 1024
METRES_PER_DEGREE: Final = 111_195.08

Floats = NDArray[np.float64]


class NoRoads(Exception):
    """A road server cannot help now, and why, as the rest of a sentence. `silent`: it would not help others either."""

    def __init__(self, *, vi: str, en: str, silent: bool = False) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.silent = silent


class TooMuch(Exception):
    """The server answers about fewer spots at once, or about other ones: worth asking in smaller parts."""


@dataclass(frozen=True, kw_only=True)
class Legs:
    """From each of m sources to each of n targets: `seconds` and `metres`, both m × n; NaN where no road leads."""

    seconds: Floats
    metres: Floats


class Line:
    """A connection to a road server for at most `seconds` in all; use it in a `with`."""

    def __init__(self, url: str, name: str, seconds: float) -> None:
        parts = urlsplit(url)
        self._path = parts.path
        self._name, self._seconds = name, seconds
        self._deadline = monotonic() + seconds
        host, connect = parts.hostname or "", min(seconds, CONNECT_SECONDS)
        self._http: http.client.HTTPConnection = (
            http.client.HTTPSConnection(host, parts.port, timeout=connect, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, parts.port, timeout=connect)
        )
        # http.client lets its own go while an answer that ends the connection is still being read.
        self._sock: socket.socket | None = None
        self._alarm = threading.Timer(seconds, self._hang_up)
        self._alarm.daemon = True

    def __enter__(self) -> Self:
        self._alarm.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        self._http.close()

    def ask(self, path: str, body: object = None) -> tuple[int, object]:
        """The status and the JSON that came back: a GET, or a POST of `body`.

        Raises NoRoads when nothing came in time, when the server is out of order, and for an answer that is no JSON.
        """
        if monotonic() >= self._deadline:
            raise self._too_slow()
        try:
            status, content = self._exchanged(path, body)
        except (OSError, http.client.HTTPException):
            if monotonic() >= self._deadline:
                raise self._too_slow() from None
            raise NoRoads(
                vi=f"máy chủ đường đi {self._name} không trả lời",
                en=f"the road server {self._name} does not answer",
                silent=True,
            ) from None
        if monotonic() >= self._deadline:
            # What was cut off by the alarm looks like an answer that ends early.
            raise self._too_slow()
        if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or 300 <= status < 400:
            raise self.refused(status, silent=True)
        try:
            if len(content) > LONGEST_ANSWER:
                raise ValueError
            return status, json.loads(content)
        except (ValueError, RecursionError):
            raise self.unreadable() from None

    def refused(self, status: int, *, silent: bool = False) -> NoRoads:
        """What to raise when the server said no."""
        return NoRoads(
            vi=f"máy chủ đường đi {self._name} từ chối (mã HTTP {status})",
            en=f"the road server {self._name} refused (HTTP status {status})",
            silent=silent,
        )

    def unreadable(self) -> NoRoads:
        """What to raise when the answer is not what its documentation promises."""
        return NoRoads(
            vi=f"máy chủ đường đi {self._name} trả lời không đúng dạng",
            en=f"the road server {self._name} answered what cannot be read",
        )

    def _exchanged(self, path: str, body: object) -> tuple[int, bytes]:
        reused = self._http.sock is not None
        try:
            if not reused:
                self._connect()
            self._http.request(
                "GET" if body is None else "POST",
                self._path + path,
                body=None if body is None else json.dumps(body, separators=(",", ":")).encode(),
                headers={"Accept": "application/json", "Content-Type": "application/json"},
            )
            reply = self._http.getresponse()
            return reply.status, reply.read(LONGEST_ANSWER + 1)
        except ConnectionError:
            if not reused or monotonic() >= self._deadline:
                raise
        # OSRM hangs up after 512 questions, and says so to nobody.
        self._http.close()
        return self._exchanged(path, body)

    def _connect(self) -> None:
        self._http.connect()
        self._sock = self._http.sock
        # A server may think for longer than it takes to say that it is there.
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def _too_slow(self) -> NoRoads:
        return NoRoads(
            vi=f"máy chủ đường đi {self._name} không trả lời xong trong {self._seconds:g} giây",
            en=f"the road server {self._name} did not answer within {self._seconds:g} s",
            silent=True,
        )

    def _hang_up(self) -> None:
        if self._sock is not None:
            try:
                # Not a TLS socket's own, which unwraps itself under the hands of whoever reads from it.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
            except OSError:
                return


class Engine(Protocol):
    """A road server for one vehicle: its `name` in plans, its `label` for people, where it is."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def url(self) -> str: ...

    @property
    def most(self) -> int:
        """How many spots are asked about at once, on either side."""

    def offsets(self, line: Line, spots: Sequence[Point]) -> Floats:
        """Metres from each of at most `most` spots to the nearest road, infinite without one. Raises as `legs` does."""

    def legs(self, line: Line, sources: Sequence[Point], targets: Sequence[Point]) -> Legs:
        """The way from each source to each target, at most `most` of either. Raises NoRoads or TooMuch."""


@dataclass(frozen=True, kw_only=True)
class Osrm:
    """OSRM's table service, API v1. A server knows one way of moving, so each vehicle has a server."""

    url: str
    vehicle: Vehicle
    name: str = "osrm"
    label: str = "OSRM"
    most: int = 100

    def offsets(self, line: Line, spots: Sequence[Point]) -> Floats:
        """From the way points of a table with one target."""
        answer = self._asked(line, spots, range(len(spots)), range(1))
        try:
            distances = [place["distance"] for place in answer["sources"]]
            return _numbers(distances, (len(spots),))
        except (KeyError, TypeError, ValueError):
            raise line.unreadable() from None

    def legs(self, line: Line, sources: Sequence[Point], targets: Sequence[Point]) -> Legs:
        """Blocks of one table."""
        half = len(sources)
        answer = self._asked(line, [*sources, *targets], range(half), range(half, half + len(targets)))
        shape = half, len(targets)
        try:
            return Legs(
                seconds=_numbers(answer["durations"], shape),
                metres=_numbers(answer["distances"], shape),
            )
        except (KeyError, TypeError, ValueError):
            raise line.unreadable() from None

    def _asked(self, line: Line, spots: Sequence[Point], sources: range, targets: range) -> dict[str, Any]:
        profile = "foot" if self.vehicle == "walking" else "driving"
        coordinates = ";".join(f"{spot.lon:.5f},{spot.lat:.5f}" for spot in spots)
        # A server may have a greatest radius, within which one spot without a road fails the whole table.
        radiuses = ";".join(["unlimited"] * len(spots))
        status, answer = line.ask(
            f"/table/v1/{profile}/{coordinates}?annotations=duration,distance&generate_hints=false"
            f"&sources={';'.join(map(str, sources))}&destinations={';'.join(map(str, targets))}&radiuses={radiuses}"
        )
        if not isinstance(answer, dict):
            raise line.unreadable()
        if answer.get("code") == "TooBig":
            raise TooMuch
        if status != http.HTTPStatus.OK or answer.get("code") != "Ok":
            raise line.refused(status)
        return answer


# Too many locations, too far apart, in regions that no road connects, without an edge nearby.
_VALHALLA_TOO_MUCH: Final = frozenset((150, 154, 170, 171))


@dataclass(frozen=True, kw_only=True)
class Valhalla:
    """Valhalla's matrix service (3.3 or later), whose one server knows all ways of moving."""

    url: str
    vehicle: Vehicle
    name: str = "valhalla"
    label: str = "Valhalla"
    most: int = 50

    def offsets(self, line: Line, spots: Sequence[Point]) -> Floats:
        """From where each spot is put on the nearest edge."""
        answer = self._asked(line, "/locate", {"locations": _lat_lon(spots)})
        try:
            if not isinstance(answer, list) or len(answer) != len(spots):
                raise ValueError
            return np.array([_off(spot, place) for spot, place in zip(spots, answer, strict=True)])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise line.unreadable() from None

    def legs(self, line: Line, sources: Sequence[Point], targets: Sequence[Point]) -> Legs:
        """Blocks of one matrix."""
        answer = self._asked(
            line, "/sources_to_targets", {"sources": _lat_lon(sources), "targets": _lat_lon(targets), "verbose": False}
        )
        shape = len(sources), len(targets)
        try:
            if not isinstance(answer, dict):
                raise ValueError
            table = answer["sources_to_targets"]
            return Legs(
                seconds=_numbers(table["durations"], shape),
                metres=_numbers(table["distances"], shape) * 1_000,
            )
        except (KeyError, TypeError, ValueError):
            raise line.unreadable() from None

    def _asked(self, line: Line, path: str, question: dict[str, object]) -> object:
        costing = "pedestrian" if self.vehicle == "walking" else "motor_scooter"
        status, answer = line.ask(path, {**question, "costing": costing, "units": "kilometers"})
        if status != http.HTTPStatus.OK:
            if isinstance(answer, dict) and answer.get("error_code") in _VALHALLA_TOO_MUCH:
                raise TooMuch
            raise line.refused(status)
        return answer


def _lat_lon(spots: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": round(spot.lat, 5), "lon": round(spot.lon, 5)} for spot in spots]


def _off(spot: Point, place: dict[str, list[dict[str, float]]]) -> float:
    """Metres to the nearest of the edges that Valhalla put a spot on."""
    near = math.cos(math.radians(spot.lat))
    return min(
        (
            METRES_PER_DEGREE
            * math.hypot(edge["correlated_lat"] - spot.lat, (edge["correlated_lon"] - spot.lon) * near)
            for edge in place["edges"] or ()
        ),
        default=math.inf,
    )


def _numbers(table: object, shape: tuple[int, ...]) -> Floats:
    """A table of numbers from 0; null becomes NaN. Raises ValueError or TypeError for anything else."""
    try:
        numbers = np.array(table, dtype=np.float64)
    except OverflowError:
        raise ValueError from None
    # Written so that NaN, which compares false with everything, passes.
    if numbers.shape != shape or (numbers < 0).any() or np.isinf(numbers).any():
        raise ValueError
    return numbers
