"""Matrices by real roads where a road server is set, by the straight line where not, and it says which.

Points are asked about by the cell of about 50 m that they lie in: what was once learned of an office's streets serves
its next plan too, and the server does not get to know anybody's door. See docs/decisions/0015.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from delivery.outbound.road_engines import Engine, Floats, Legs, Line, NoRoads, Osrm, TooMuch, Valhalla
from delivery.settings import RoadEngine, RoadSettings
from delivery.store.base import Json
from routing.matrix import Matrix, Point, Profile, Vehicle, great_circle

CELLS_PER_DEGREE: Final = 2_000
OFF_THE_ROAD: Final = 300.0
"""Metres: a point further from every road than this (a hamlet the map lacks, a boat) goes by the straight line."""
OUT_OF_REACH: Final = 80_000
"""Metres from the office: further away nothing is asked, since servers refuse whole tables for it."""
SMALLEST_PART: Final = 5
REST_SECONDS: Final = 60.0
"""So long a server that was silent is not asked: a night run must not wait for it 3,321 times."""
FRESH_SECONDS: Final = 24 * 3_600.0
CACHED_LEGS: Final = 2_000_000
LONGEST_LEG: Final = 2_000_000_000

Cell = tuple[int, int]
STRAIGHT: Final = "great-circle"
_BY_AIR: Final = Profile(vehicle="motorbike", metres_per_second=1, seconds_per_leg=0, detour=1)


@dataclass(frozen=True, kw_only=True)
class Travel:
    """A matrix and where it is from: `source` is osrm, valhalla or great-circle.

    Of its `legs` between two places, `straight` are by the straight line. `why_vi` and `why_en` say why a server that
    is set was not used; they are empty when it was, and when none is set.
    """

    vehicle: Vehicle
    matrix: Matrix
    source: str
    legs: int
    straight: int
    why_vi: str = ""
    why_en: str = ""

    def note(self) -> Json:
        """What the plan keeps of it."""
        return {name: value for name, value in asdict(self).items() if name != "matrix"}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Streets:
    """What a server said about the cells of an office: row and column of a cell is its place in `cells`."""

    cells: Mapping[Cell, int]
    on_road: NDArray[np.bool_]
    legs: Legs
    learned_at: float


class RoadTables:
    """Matrices from road servers, one for each vehicle that has one. Safe to use from several threads.

    Keeps what it was told for an office's last plan, per vehicle, for a day and up to `cached_legs` in all (16 bytes
    each); the office that was planned longest ago goes first. `clock` is in seconds.
    """

    def __init__(
        self,
        engines: Mapping[Vehicle, Engine],
        *,
        seconds: float = 10.0,
        clock: Callable[[], float] = monotonic,
        cached_legs: int = CACHED_LEGS,
    ) -> None:
        self._engines = dict(engines)
        self._seconds = seconds
        self._clock = clock
        self._cached_legs = cached_legs
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[Vehicle, Cell], _Streets] = OrderedDict()
        self._resting: dict[str, tuple[float, NoRoads]] = {}

    @property
    def has_servers(self) -> bool:
        """Whether anybody is asked at all."""
        return bool(self._engines)

    def travel(self, points: Sequence[Point], profile: Profile) -> Travel:
        """The way between `points`, the first of which is the office; never fails, but says what it fell back on.

        Within a cell, off the roads, and where no road leads, the straight line × detour is taken at the profile's
        speed. Seconds to park and set off are the profile's too. Hold no transaction: this may take as long as set.
        """
        straight = great_circle(points, profile=profile)
        legs = len(points) * (len(points) - 1)
        engine = self._engines.get(profile.vehicle)
        if engine is None or len({_cell(point) for point in points}) < 2:
            return Travel(vehicle=profile.vehicle, matrix=straight, source=STRAIGHT, legs=legs, straight=legs)
        try:
            matrix, kept = self._by_road(engine, points, profile, straight)
        except NoRoads as trouble:
            return Travel(
                vehicle=profile.vehicle,
                matrix=straight,
                source=STRAIGHT,
                legs=legs,
                straight=legs,
                why_vi=trouble.vi,
                why_en=trouble.en,
            )
        return Travel(vehicle=profile.vehicle, matrix=matrix, source=engine.name, legs=legs, straight=kept)

    def _by_road(
        self, engine: Engine, points: Sequence[Point], profile: Profile, straight: Matrix
    ) -> tuple[Matrix, int]:
        cells = [_cell(point) for point in points]
        streets = self._streets(profile.vehicle, engine, list(dict.fromkeys(cells)))
        at = np.array([streets.cells[cell] for cell in cells])
        seconds, metres = (table[np.ix_(at, at)] for table in (streets.legs.seconds, streets.legs.metres))
        by_road = ~np.isnan(seconds) & ~np.isnan(metres) & (at[:, None] != at[None, :])
        if not by_road.any():
            raise NoRoads(
                vi=f"máy chủ đường đi {engine.label} không biết đường nào gần các điểm này",
                en=f"the road server {engine.label} knows no road near these places",
            )
        seconds = seconds + profile.seconds_per_leg
        matrix = Matrix(
            seconds=np.where(by_road, _whole(seconds), straight.seconds),
            metres=np.where(by_road, _whole(metres), straight.metres),
        )
        return matrix, int(np.count_nonzero(~by_road)) - len(points)

    def _streets(self, vehicle: Vehicle, engine: Engine, cells: Sequence[Cell]) -> _Streets:
        """What is known about the cells, the first of which is the office's; asks for what is not known yet."""
        key = vehicle, cells[0]
        now = self._clock()
        with self._lock:
            resting = self._resting.get(engine.url)
            known = self._known.get(key)
        if known is not None and now - known.learned_at > FRESH_SECONDS:
            known = None
        if known is not None and all(cell in known.cells for cell in cells):
            with self._lock:
                if key in self._known:
                    self._known.move_to_end(key)
            return known
        if resting is not None and now < resting[0]:
            raise resting[1]
        try:
            with Line(engine.url, engine.label, self._seconds) as line:
                learned = _learned(line, engine, cells, known, now)
        except NoRoads as trouble:
            if trouble.silent:
                with self._lock:
                    self._resting[engine.url] = now + REST_SECONDS, trouble
            raise
        with self._lock:
            self._known[key] = learned
            self._known.move_to_end(key)
            while len(self._known) > 1 and sum(len(one.cells) ** 2 for one in self._known.values()) > self._cached_legs:
                self._known.popitem(last=False)
        return learned


def road_tables(settings: RoadSettings | None) -> RoadTables:
    """The tables of an installation. An OSRM server knows one vehicle: without one for walkers they go straight."""
    if settings is None:
        return RoadTables({})
    engines: dict[Vehicle, Engine] = {}
    if settings.engine is RoadEngine.VALHALLA:
        engines["motorbike"] = Valhalla(url=settings.url, vehicle="motorbike")
        engines["walking"] = Valhalla(url=settings.walking_url or settings.url, vehicle="walking")
    else:
        engines["motorbike"] = Osrm(url=settings.url, vehicle="motorbike")
        if settings.walking_url is not None:
            engines["walking"] = Osrm(url=settings.walking_url, vehicle="walking")
    return RoadTables(engines, seconds=settings.seconds)


def _cell(point: Point) -> Cell:
    return round(point.lat * CELLS_PER_DEGREE), round(point.lon * CELLS_PER_DEGREE)


def _centre(cell: Cell) -> Point:
    return Point(lat=cell[0] / CELLS_PER_DEGREE, lon=cell[1] / CELLS_PER_DEGREE)


def _whole(numbers: Floats) -> NDArray[np.int32]:
    whole: NDArray[np.int32] = np.rint(np.nan_to_num(np.minimum(numbers, LONGEST_LEG))).astype(np.int32)
    return whole


def _learned(line: Line, engine: Engine, cells: Sequence[Cell], known: _Streets | None, now: float) -> _Streets:
    """What is known of the cells, and what the server says about the new ones and the legs to and from them."""
    kept = [cell for cell in cells if known is not None and cell in known.cells]
    order = [*kept, *(cell for cell in cells if known is None or cell not in known.cells)]
    spots = [_centre(cell) for cell in order]
    old, size = len(kept), len(order)
    on_road = np.zeros(size, dtype=bool)
    seconds, metres = np.full((size, size), np.nan), np.full((size, size), np.nan)
    if known is not None:
        at = np.array([known.cells[cell] for cell in kept], dtype=np.intp)
        on_road[:old] = known.on_road[at]
        seconds[:old, :old], metres[:old, :old] = (
            table[np.ix_(at, at)] for table in (known.legs.seconds, known.legs.metres)
        )
    for part in _parts(old + np.flatnonzero(_within_reach(_centre(cells[0]), spots)[old:]), engine.most):
        on_road[part] = _offsets(line, engine, [spots[place] for place in part]) <= OFF_THE_ROAD
    before, after = np.flatnonzero(on_road[:old]), old + np.flatnonzero(on_road[old:])
    everything = np.concatenate([before, after])
    for rows, columns in ((after, everything), (before, after)):
        for sources in _parts(rows, engine.most):
            for targets in _parts(columns, engine.most):
                _ask_part(line, engine, spots, sources, targets, (seconds, metres))
    return _Streets(
        cells={cell: place for place, cell in enumerate(order)},
        on_road=on_road,
        legs=Legs(seconds=seconds, metres=metres),
        learned_at=now if known is None else known.learned_at,
    )


def _within_reach(office: Point, spots: Sequence[Point]) -> NDArray[np.bool_]:
    reach: NDArray[np.bool_] = great_circle([office, *spots], profile=_BY_AIR).metres[0, 1:] <= OUT_OF_REACH
    return reach


def _parts(places: NDArray[np.intp], most: int) -> list[NDArray[np.intp]]:
    return [places[begin : begin + most] for begin in range(0, len(places), most)]


def _offsets(line: Line, engine: Engine, spots: Sequence[Point]) -> Floats:
    """Metres to the nearest road; asked in halves when that is too much for the server."""
    try:
        return engine.offsets(line, spots)
    except TooMuch:
        if len(spots) == 1:
            return np.array([np.inf])
        half = len(spots) // 2
        return np.concatenate([_offsets(line, engine, some) for some in (spots[:half], spots[half:])])


def _ask_part(
    line: Line,
    engine: Engine,
    spots: Sequence[Point],
    sources: NDArray[np.intp],
    targets: NDArray[np.intp],
    tables: tuple[Floats, Floats],
) -> None:
    """Fill one part of the tables; in four smaller ones when that is too much for the server.

    Of a very small part that is refused still, the legs stay unknown: islands without a bridge between them.
    """
    try:
        legs = engine.legs(line, [spots[place] for place in sources], [spots[place] for place in targets])
    except TooMuch:
        size = max(len(sources), len(targets))
        if size <= SMALLEST_PART:
            return
        for some in _parts(sources, (size + 1) // 2):
            for others in _parts(targets, (size + 1) // 2):
                _ask_part(line, engine, spots, some, others, tables)
        return
    tables[0][np.ix_(sources, targets)] = legs.seconds
    tables[1][np.ix_(sources, targets)] = legs.metres
