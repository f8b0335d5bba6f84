"""Public vehicle-routing instances in VRPLIB form, as problems of ours.

Capacitated files (the X set) measure in whole units, rounded. Files with time windows
(Solomon, Gehring and Homberger) measure in tenths, truncated, so everything is multiplied
by ten inside. The objective is distance plus the prizes of the customers that are not
visited; vehicles are not minimised. A customer without a prize must be visited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from routing.matrix import Matrix
from routing.problem import LATEST, Courier, Problem, Stop, Weights, Window

MOST_NODES: Final = 5_001
"""Larger files are refused: their matrices alone would fill the memory of a small machine."""
LARGEST: Final = 1_000_000_000
"""Greater numbers, infinities and NaN are refused."""
SPARE_VEHICLES: Final = 5
"""Vehicles beyond the fewest that can carry all demand, where the file names no number."""

IGNORED: Final = {"NAME", "COMMENT", "TYPE", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE", "EDGE_WEIGHT_FORMAT"}
NUMBERS: Final = {"DIMENSION", "CAPACITY", "VEHICLES", "SERVICE_TIME"}
COLUMNS: Final = {
    "NODE_COORD_SECTION": 2,
    "DEMAND_SECTION": 1,
    "SERVICE_TIME_SECTION": 1,
    "TIME_WINDOW_SECTION": 2,
    "PRIZE_SECTION": 1,
}
"""The sections that are understood, with the numbers that follow a node's own."""

Rows = dict[int, tuple[float, ...]]


class Unreadable(ValueError):
    """A file that is not an instance we can solve; the words are one sentence for the person who gave it."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One file. Node 0 is the depot, 1…n are customers as .sol files number them.

    Distances, times and prizes are whole numbers of 1/`scale` of the file's unit; `told_in`
    is how many of them make one unit of the .sol files' cost (tenths are whole there for prize-collecting files).
    """

    name: str
    scale: int
    told_in: int
    points: tuple[tuple[float, float], ...]
    demands: tuple[int, ...]
    capacity: int | None
    vehicles: int
    services: tuple[int, ...]
    windows: tuple[Window, ...]
    prizes: tuple[int, ...]

    @property
    def customers(self) -> int:
        """How many there are, the depot not counted."""
        return len(self.points) - 1

    @cached_property
    def problem(self) -> Problem:
        """The instance as one day: couriers "v1"…, stops "1"…, a second of travel for each 1/`scale` of distance."""
        points = np.array(self.points)
        lengths = np.subtract.outer(points[:, 0], points[:, 0]) ** 2
        lengths += np.subtract.outer(points[:, 1], points[:, 1]) ** 2
        np.sqrt(lengths, out=lengths)
        legs = np.floor(lengths + 0.5) if self.scale == 1 else np.floor(lengths * self.scale)
        if 2 * legs.max(initial=0) > LATEST:
            raise Unreadable(f"the points lie up to {lengths.max():,.0f} apart: too far for a planner of days.")
        whole = legs.astype(np.int32)
        open_all_day = Window(opens=0, closes=LATEST)
        depot = self.windows[0]
        stops = [
            Stop(
                key=str(node),
                place=node,
                service_seconds=self.services[node],
                windows=() if self.windows[node] == open_all_day else (self.windows[node],),
                mandatory=not self.prizes[node],
                cost_of_leaving=self.prizes[node],
                volume=self.demands[node],
            )
            for node in range(1, len(self.points))
        ]
        couriers = [
            Courier(
                key=f"v{number}",
                start=0,
                end=0,
                shift_start=depot.opens,
                shift_end=depot.closes,
                capacity=self.capacity,
            )
            for number in range(1, self.vehicles + 1)
        ]
        return Problem(
            matrix=Matrix(seconds=whole, metres=whole.copy()),
            stops=tuple(stops),
            couriers=tuple(couriers),
            weights=Weights(imbalance=0),
        )

    def told(self, cost: int) -> int | float:
        """A cost of ours in the .sol file's unit."""
        return cost if self.told_in == 1 else cost / self.told_in

    def orders(self, routes: Sequence[Sequence[int]]) -> dict[str, list[str]]:
        """Routes as a .sol file lists them, as orders for `routing.plan.timed`."""
        if len(routes) > self.vehicles:
            raise Unreadable(f"{len(routes)} routes are more than the {self.vehicles} vehicles.")
        return {f"v{number}": [str(node) for node in route] for number, route in enumerate(routes, 1)}


def read_instance(path: Path, *, first: int | None = None) -> Instance:
    """The instance of a file, or of its `first` customers only. Raises Unreadable."""
    if first is not None and first < 1:
        raise Unreadable(f"{first} customers are none.")
    header, sections = _split(_text(path))
    for key in ("DIMENSION", "NODE_COORD_SECTION"):
        if key not in header and key not in sections:
            raise Unreadable(f"there is no {key}: is this a VRPLIB file?")
    weights = header.get("EDGE_WEIGHT_TYPE", "EUC_2D")
    if weights != "EUC_2D":
        raise Unreadable(f"the EDGE_WEIGHT_TYPE {weights} is not understood, only EUC_2D.")
    dimension = _whole("DIMENSION", _number("DIMENSION", header["DIMENSION"]))
    if not 2 <= dimension <= MOST_NODES:
        raise Unreadable(f"a DIMENSION of {dimension} is not between 2 and {MOST_NODES:,}.")
    nodes = list(range(1, dimension + 1))
    for name, rows in sections.items():
        if name in COLUMNS and (
            missing := [node for node in nodes if node not in rows] or [n for n in rows if n not in nodes]
        ):
            raise Unreadable(f"{name} does not fit DIMENSION {dimension}: look at node {missing[0]}.")
    depot = _depot(sections.get("DEPOT_SECTION", {1: ()}), dimension)
    kept = [depot, *(node for node in nodes if node != depot)][: None if first is None else first + 1]
    return _instance(path.stem, header, sections, kept)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"the file cannot be read ({error.strerror}).") from error


def _split(text: str) -> tuple[dict[str, str], dict[str, Rows]]:
    """Header lines by key, and sections by name as rows by node; the depot section's rows are empty."""
    header: dict[str, str] = {}
    sections: dict[str, Rows] = {}
    current: str | None = None
    for at, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words == ["EOF"]:
            continue
        if words[0].rstrip(":").endswith("_SECTION"):
            current = words[0].rstrip(":")
            if current not in COLUMNS and current != "DEPOT_SECTION":
                raise Unreadable(f"line {at}: the section {current} is not understood.")
            if current in sections:
                raise Unreadable(f"line {at}: {current} is there twice.")
            sections[current] = {}
        elif current is None:
            key, _, value = line.partition(":") if ":" in line else line.strip().partition(" ")
            key = key.strip()
            if key not in IGNORED | NUMBERS | {"EDGE_WEIGHT_TYPE"}:
                if not header:
                    raise Unreadable(f"line {at} is not of a VRPLIB file.")
                raise Unreadable(f"line {at}: the field {key[:40]!r} is not understood.")
            header[key] = value.strip().strip('"')
        else:
            _row(sections[current], current, words, at)
    return header, sections


def _row(rows: Rows, section: str, words: list[str], at: int) -> None:
    if section == "DEPOT_SECTION":
        if words == ["-1"]:
            return
        rows[_whole(section, _number(section, words[0], at), at)] = ()
        return
    numbers = [_number(section, word, at) for word in words]
    if len(numbers) != COLUMNS[section] + 1:
        raise Unreadable(f"line {at}: a row of {section} has {COLUMNS[section] + 1} numbers, not {len(numbers)}.")
    node = _whole(section, numbers[0], at)
    if node in rows:
        raise Unreadable(f"line {at}: node {node} is in {section} twice.")
    rows[node] = tuple(numbers[1:])


def _number(name: str, word: str, at: int | None = None) -> float:
    where = f"line {at}: " if at else ""
    try:
        number = float(word)
    except ValueError as error:
        raise Unreadable(f"{where}{word[:40]!r} in {name} is not a number.") from error
    if not abs(number) <= LARGEST:
        raise Unreadable(f"{where}{word[:40]} in {name} is not a number up to {LARGEST:,}.")
    return number


def _whole(name: str, number: float, at: int | None = None) -> int:
    if number != int(number):
        raise Unreadable(f"{f'line {at}: ' if at else ''}{number} in {name} is not a whole number.")
    return int(number)


def _depot(rows: Rows, dimension: int) -> int:
    if len(rows) != 1:
        raise Unreadable(f"there are {len(rows)} depots, not one.")
    depot = next(iter(rows))
    if not 1 <= depot <= dimension:
        raise Unreadable(f"the depot {depot} is not among the nodes.")
    return depot


def _instance(name: str, header: dict[str, str], sections: dict[str, Rows], kept: list[int]) -> Instance:
    timed = "TIME_WINDOW_SECTION" in sections or "TW" in header.get("TYPE", "").upper()
    scale = 10 if timed else 1

    def column(section: str) -> list[float]:
        rows = sections.get(section)
        return [0.0] * len(kept) if rows is None else [rows[node][0] for node in kept]

    demands = [
        _not_below_zero("DEMAND_SECTION", _whole("DEMAND_SECTION", demand)) for demand in column("DEMAND_SECTION")
    ]
    demands[0] = 0
    services = column("SERVICE_TIME_SECTION")
    if "SERVICE_TIME" in header:
        services = [0.0] + [_number("SERVICE_TIME", header["SERVICE_TIME"])] * (len(kept) - 1)
    if services[0]:
        raise Unreadable("a service time at the depot is not understood.")
    return Instance(
        name=header.get("NAME") or name,
        scale=scale,
        # Prize-collecting files tell their cost in whole tenths, the others in units with one decimal.
        told_in=1 if "PRIZE_SECTION" in sections else scale,
        points=tuple((x, y) for x, y in (sections["NODE_COORD_SECTION"][node] for node in kept)),
        demands=tuple(demands),
        capacity=(capacity := _positive(header, "CAPACITY")),
        vehicles=_vehicles(_positive(header, "VEHICLES"), demands, capacity),
        services=tuple(_not_below_zero("service time", round(scale * service)) for service in services),
        windows=_windows(sections.get("TIME_WINDOW_SECTION"), kept, scale),
        prizes=tuple(_not_below_zero("PRIZE_SECTION", round(scale * prize)) for prize in column("PRIZE_SECTION")),
    )


def _positive(header: dict[str, str], key: str) -> int | None:
    if key not in header:
        return None
    number = _whole(key, _number(key, header[key]))
    if number < 1:
        raise Unreadable(f"{key} {number} is not above zero.")
    return number


def _not_below_zero(name: str, number: int) -> int:
    if number < 0:
        raise Unreadable(f"{number} in {name} is below zero.")
    return number


def _vehicles(given: int | None, demands: Sequence[int], capacity: int | None) -> int:
    """As many as the file says, else enough: nobody is asked to use few. Never more than there are customers."""
    customers = len(demands) - 1
    if capacity is not None and max(demands) > capacity:
        raise Unreadable(f"a customer's demand of {max(demands)} is more than a vehicle's CAPACITY of {capacity}.")
    if given is not None:
        return min(given, customers)
    fewest = 1 if capacity is None else -(-sum(demands) // capacity)
    return min(customers, fewest + max(SPARE_VEHICLES, fewest // 10))


def _windows(rows: Rows | None, kept: Sequence[int], scale: int) -> tuple[Window, ...]:
    """A window a node; the depot's is the day, and nobody is served after it."""
    if rows is None:
        return (Window(opens=0, closes=LATEST),) * len(kept)
    spans = [(round(scale * rows[node][0]), round(scale * rows[node][1])) for node in kept]
    if spans[0][1] > LATEST:
        raise Unreadable(f"the depot closes at {spans[0][1] // scale:,}; the latest possible is {LATEST // scale:,}.")
    windows = []
    for node, (opens, closes) in zip(kept, spans, strict=True):
        if not 0 <= opens <= closes or opens > spans[0][1]:
            raise Unreadable(f"the time window {opens / scale:g}–{closes / scale:g} of node {node} makes no sense.")
        windows.append(Window(opens=opens, closes=min(closes, spans[0][1])))
    return tuple(windows)


def read_solution(path: Path) -> tuple[list[list[int]], float]:
    """The routes of a .sol file, customers numbered from 1, and the cost it claims. Raises Unreadable."""
    routes: list[list[int]] = []
    cost: float | None = None
    for at, line in enumerate(_text(path).splitlines(), 1):
        head, _, tail = line.strip().partition(":")
        if head.lower().startswith("route"):
            routes.append([_whole("a route", _number("a route", word, at), at) for word in tail.split()])
        elif head.lower().startswith("cost"):
            cost = _number("Cost", line.replace(":", " ").split()[-1], at)
    if cost is None:
        raise Unreadable("there is no Cost: is this a .sol file?")
    return routes, cost


def solution_text(instance: Instance, orders: dict[str, tuple[str, ...]], cost: int) -> str:
    """A plan as the text of a .sol file."""
    lines = [f"Route #{number}: {' '.join(route)}" for number, route in enumerate(filter(None, orders.values()), 1)]
    return "\n".join([*lines, f"Cost {instance.told(cost)}", ""])
