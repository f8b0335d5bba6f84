"""Routes as small drawings of lines and dots: no map beneath and no address, only who goes round in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from delivery.dispatch import InForce
from routing.matrix import Point
from routing.plan import Plan

WIDTH, HEIGHT, MARGIN = 400.0, 300.0, 16.0
COLOURS = 6
MOST_NUMBERED = 60
"""Beyond so many stops their numbers would cover the lines."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A stop in the drawing; `label` is its place in the route, or "" where numbers would be too many."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Trail:
    """One courier's way from where they are to the office: a colour of the style sheet, and an SVG list of points."""

    name: str
    colour: int
    points: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All trails of a plan, in a frame of WIDTH by HEIGHT."""

    office: tuple[float, float]
    trails: tuple[Trail, ...]


def drawn(day: InForce, plan: Plan) -> Drawing:
    """The plan's routes, to one scale with every other plan of the same day."""
    spots = _framed(day.office_day.points)
    problem = day.problem
    numbered = len(problem.stops) <= MOST_NUMBERED
    trails = []
    # A courier keeps the colour from one drawing to the next.
    colours = {courier.key: at % COLOURS for at, courier in enumerate(problem.couriers)}
    for route in plan.routes:
        courier = problem.courier_named[route.courier]
        places = [problem.stop_named[key].place for key in route.stops]
        way = [spots[place] for place in (courier.start, *places, courier.end)]
        trails.append(
            Trail(
                name=day.names[route.courier],
                colour=colours[route.courier],
                points=" ".join(f"{x:.1f},{y:.1f}" for x, y in way),
                dots=tuple(
                    Dot(x=spots[place][0], y=spots[place][1], label=str(at) if numbered else "")
                    for at, place in enumerate(places, start=1)
                ),
            )
        )
    return Drawing(office=spots[0], trails=tuple(trails))


def _framed(points: Sequence[Point]) -> list[tuple[float, float]]:
    """The points in the frame, north up, with one scale for both directions."""
    middle = cos(radians(points[0].lat))
    east, north = [point.lon * middle for point in points], [point.lat for point in points]
    span = max((max(east) - min(east)) / (WIDTH - 2 * MARGIN), (max(north) - min(north)) / (HEIGHT - 2 * MARGIN), 1e-6)
    left = (max(east) + min(east)) / 2 - span * WIDTH / 2
    top = (max(north) + min(north)) / 2 + span * HEIGHT / 2
    return [(round((x - left) / span, 1), round((top - y) / span, 1)) for x, y in zip(east, north, strict=True)]
