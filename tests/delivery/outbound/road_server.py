"""A road server on loopback with a town of right-angled streets: it answers in the shapes of OSRM and Valhalla."""

import json
import math
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

METRES_A_SECOND = 5
Spot = tuple[float, float]
Reply = tuple[int, dict[str, str], bytes]
Street = Callable[[Spot, Spot], float | None]


def round_the_corner(here: Spot, there: Spot) -> float:
    """Metres along streets that run north and east."""
    north = abs(here[0] - there[0])
    east = abs(here[1] - there[1]) * math.cos(math.radians(here[0]))
    return round(111_195 * (north + east), 1)


class RoadServer(AbstractContextManager["RoadServer"]):
    """Serves /table, /locate and /sources_to_targets; `pairs` is the most that it answers at once.

    `street` gives metres, None where no road leads; `off` says how far a spot is from the nearest road. `reply`
    answers in the server's place when it is set; `drips` sends the answer a byte at a time, slower than anybody waits;
    after `hangs_up_after` answers (0: never) a connection is closed without a word.
    """

    def __init__(self) -> None:
        self.street: Street = round_the_corner
        self.off: Callable[[Spot], float] = lambda spot: 3.5
        self.pairs = 10_000
        self.reply: Reply | None = None
        self.drips = threading.Event()
        self.hangs_up_after = 0
        self.asked: list[tuple[int, int]] = []
        self.paths: list[str] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody listens any more."""
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def answer(self, path: str, body: bytes) -> Reply:
        """What to say."""
        self.paths.append(path)
        if self.reply is not None:
            return self.reply
        if path.startswith("/table/v1/"):
            return self._osrm(path)
        return self._valhalla(path, json.loads(body))

    def _osrm(self, path: str) -> Reply:
        parts = urlsplit(path)
        query = {name: values[0].split(";") for name, values in parse_qs(parts.query, separator="&").items()}
        spots = [(float(lat), float(lon)) for lon, lat in (p.split(",") for p in parts.path.split("/")[-1].split(";"))]
        sources = [spots[int(at)] for at in query["sources"]]
        targets = [spots[int(at)] for at in query["destinations"]]
        if len(sources) * len(targets) > self.pairs:
            return _json(400, {"code": "TooBig", "message": "Too many table coordinates"})
        self.asked.append((len(sources), len(targets)))
        metres = [[self.street(here, there) for there in targets] for here in sources]
        return _json(
            200,
            {
                "code": "Ok",
                "durations": [[_seconds(leg) for leg in row] for row in metres],
                "distances": metres,
                "sources": [
                    {"distance": self.off(spot), "location": [spot[1], spot[0]], "name": ""} for spot in sources
                ],
                "destinations": [{"distance": self.off(spot), "location": [spot[1], spot[0]]} for spot in targets],
            },
        )

    def _valhalla(self, path: str, question: dict[str, list[dict[str, float]]]) -> Reply:
        if path == "/locate" and len(question["locations"]) > self.pairs:
            return _json(400, {"error_code": 150, "error": "Exceeded max locations", "status_code": 400})
        if path == "/locate":
            return _json(
                200,
                [
                    _located(spot["lat"], spot["lon"], self.off((spot["lat"], spot["lon"])))
                    for spot in question["locations"]
                ],
            )
        sources, targets = ([(spot["lat"], spot["lon"]) for spot in question[side]] for side in ("sources", "targets"))
        if len(sources) * len(targets) > self.pairs:
            return _json(400, {"error_code": 150, "error": "Exceeded max locations", "status_code": 400})
        self.asked.append((len(sources), len(targets)))
        metres = [[self.street(here, there) for there in targets] for here in sources]
        return _json(
            200,
            {
                "sources_to_targets": {
                    "durations": [[_seconds(leg) for leg in row] for row in metres],
                    "distances": [[None if leg is None else leg / 1_000 for leg in row] for row in metres],
                },
                "units": "kilometers",
                "algorithm": "costmatrix",
            },
        )


def _seconds(metres: float | None) -> float | None:
    return None if metres is None else metres / METRES_A_SECOND


def _located(lat: float, lon: float, off: float) -> dict[str, object]:
    edges = [{"correlated_lat": lat + off / 111_195, "correlated_lon": lon, "way_id": 7}]
    return {"input_lat": lat, "input_lon": lon, "edges": edges if math.isfinite(off) else None, "nodes": None}


def _json(status: int, answer: object) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def _handler(server: RoadServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and content in one packet: else each answer waits 40 ms for the client's acknowledgement.
        wbufsize = -1
        said = 0

        def do_GET(self) -> None:
            self._say(server.answer(self.path, b""))

        def do_POST(self) -> None:
            self._say(server.answer(self.path, self.rfile.read(int(self.headers["Content-Length"]))))

        def _say(self, reply: Reply) -> None:
            status, headers, content = reply
            self.said += 1
            self.close_connection = self.said == server.hangs_up_after
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if not server.drips.is_set():
                self.wfile.write(content)
                return
            self.close_connection = True
            self.wfile.flush()
            for at in range(len(content)):
                if server.closing.wait(0.02):
                    return
                try:
                    self.wfile.write(content[at : at + 1])
                    self.wfile.flush()
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
