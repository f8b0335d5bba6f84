"""Draws one courier's day before and after the search, for docs/routing.md.

    python -m benchmarks.drawing > docs/route-before-and-after.svg

Before: the plan by insertion, as it was without a search. After: the same stops by the engine, 2,000 rounds. The same
day, seed and rounds draw the same picture; the figures in it are the evaluator's.
"""

import random
from collections.abc import Sequence

from benchmarks.routing.days import SIDE, metric, office_day, town
from routing.insertion import fitting, insert
from routing.plan import Plan, cost
from routing.problem import Problem
from routing.solver import solve

WIDTH, GAP, TITLE = 360, 24, 44
STOPS, ROUNDS, SEED = 60, 2_000, 7
COLOURS = ("#b4232a", "#1f5fa8")


def main() -> None:
    """Solve and print the SVG."""
    problem, points = _day()
    before = insert(problem, fitting(problem, {}))[0]
    after = solve(problem, seconds=600, rounds=ROUNDS)
    height = WIDTH + TITLE + 8
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH + GAP} {height}" '
        'font-family="sans-serif" font-size="13" role="img" '
        f'aria-label="{STOPS} stops before the search and after it">'
    )
    print('<rect width="100%" height="100%" fill="#ffffff"/>')
    _half(problem, points, before, 0, "Before: by insertion")
    _half(problem, points, after, WIDTH + GAP, "After: 2,000 rounds")
    print("</svg>")


def _day() -> tuple[Problem, list[tuple[float, float]]]:
    """A loose day whose points are known: the generator's town with an office in its middle."""
    dice = random.Random(SEED)
    problem = office_day(dice, stops=STOPS, couriers=2)
    points = [(SIDE / 2, SIDE / 2), *town(random.Random(SEED), STOPS)]
    matrix = metric(points)
    return Problem(matrix=matrix, stops=problem.stops, couriers=problem.couriers, weights=problem.weights), points


def _half(problem: Problem, points: Sequence[tuple[float, float]], plan: Plan, left: int, title: str) -> None:
    def spot(place: int) -> tuple[float, float]:
        x, y = points[place]
        return left + 8 + x / SIDE * (WIDTH - 16), TITLE + 8 + (1 - y / SIDE) * (WIDTH - 16)

    price = cost(problem, plan)
    print(f'<text x="{left + 8}" y="18" font-weight="bold">{title}</text>')
    print(
        f'<text x="{left + 8}" y="36">{price.metres / 1000:.1f} km, {price.travel / 60:.0f} min on the way, '
        f"{len(plan.unplanned)} left for tomorrow</text>"
    )
    for colour, route in zip(COLOURS, plan.routes, strict=False):
        courier = problem.courier_named[route.courier]
        places = [courier.start, *(problem.stop_named[key].place for key in route.stops), courier.end]
        way = " ".join(f"{x:.0f},{y:.0f}" for x, y in map(spot, places))
        print(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round"/>')
    for stop in problem.stops:
        x, y = spot(stop.place)
        missed = any(one.stop == stop.key for one in plan.unplanned)
        print(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.6" fill="{"#999999" if missed else "#222222"}"/>')
    x, y = spot(0)
    print(f'<rect x="{x - 5:.0f}" y="{y - 5:.0f}" width="10" height="10" fill="#ffffff" stroke="#222222"/>')


if __name__ == "__main__":
    main()
