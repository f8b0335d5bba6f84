"""Seeded days of one office, for tests: a town, its stops and couriers. No real place, no real person."""

import random

from routing.matrix import Matrix, Point, great_circle
from routing.problem import Break, Courier, Kind, Problem, Stop, Weights, Window

HOUR = 3600
MORNING = Window(opens=7 * HOUR + 1800, closes=11 * HOUR + 1800)
AFTERNOON = Window(opens=13 * HOUR + 1800, closes=17 * HOUR)


def town(places: int, seed: int = 1) -> Matrix:
    """`places` points in clusters about 6 km across; place 0 is the office."""
    dice = random.Random(seed)
    centres = [(dice.uniform(0, 0.054), dice.uniform(0, 0.055)) for _ in range(max(1, places // 22))]
    points = [Point(lat=10.78, lon=106.70)]
    for _ in range(places - 1):
        north, east = dice.choice(centres) if dice.random() < 0.8 else (dice.uniform(0, 0.054), dice.uniform(0, 0.055))
        spread = dice.uniform(0.001, 0.004)
        points.append(Point(lat=10.75 + north + dice.gauss(0, spread), lon=106.67 + east + dice.gauss(0, spread)))
    return great_circle(points)


def office_day(
    stops: int,
    couriers: int,
    *,
    seed: int = 1,
    tight: bool = False,
    breaks: bool = False,
    weights: Weights | None = None,
) -> Problem:
    """A day as offices have it: 25 % of the stops with a half-day, some optional, some promised, some pick-ups."""
    dice = random.Random(seed)
    made = []
    for at in range(stops):
        optional = dice.random() < (0.25 if tight else 0.1)
        made.append(
            Stop(
                key=f"s{at}",
                place=at + 1,
                kind=Kind.PICKUP if dice.random() < 0.05 else Kind.DELIVERY,
                service_seconds=dice.randint(120, 240),
                windows=(dice.choice((MORNING, AFTERNOON)),) if dice.random() < 0.25 else (),
                mandatory=not optional,
                cost_of_leaving=dice.randint(120, 2400) if optional else 0,
                promised_by=dice.choice((10, 15)) * HOUR if dice.random() < 0.1 else None,
                volume=dice.randint(1, 3),
            )
        )
    most = int(0.92 * stops / couriers) if tight else None
    staff = [
        Courier(
            key=f"c{at}",
            start=0,
            end=0,
            shift_start=7 * HOUR + 1800,
            shift_end=15 * HOUR + 1800,
            most_overtime=1800,
            rest=Break(earliest=11 * HOUR + 1800, latest=13 * HOUR, seconds=1800) if breaks else None,
            most_stops=most,
        )
        for at in range(couriers)
    ]
    return Problem(matrix=town(stops + 1, seed), stops=tuple(made), couriers=tuple(staff), weights=weights or Weights())
