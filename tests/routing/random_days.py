"""Hypothesis builds any day at all, most of them impossible in some way."""

import numpy as np
from hypothesis import strategies as st

from routing.matrix import Matrix
from routing.problem import Break, Courier, Kind, Problem, Stop, Weights, Window

MOST = 8


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """None to three windows, in order and apart."""
    edges = sorted(draw(st.sets(st.integers(0, 30_000), max_size=6)))
    return tuple(Window(opens=a, closes=b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def couriers(draw: st.DrawFn, key: str, places: int, matrix: Matrix) -> Courier:
    """Anybody: no time at all, no room, a break that does not fit."""
    begins, length = draw(st.integers(0, 8000)), draw(st.integers(0, 20_000))
    rest = None
    if draw(st.booleans()):
        earliest = draw(st.integers(0, 20_000))
        latest = max(begins, earliest) + draw(st.integers(0, 3000))
        rest = Break(earliest=earliest, latest=latest, seconds=draw(st.integers(1, 3000)))
    return Courier(
        key=key,
        start=draw(st.integers(0, places - 1)),
        end=draw(st.integers(0, places - 1)),
        shift_start=begins,
        shift_end=begins + length,
        most_overtime=draw(st.sampled_from((0, 1800))),
        rest=rest,
        capacity=draw(st.none() | st.integers(0, 10)),
        most_stops=draw(st.none() | st.integers(0, MOST)),
        away=draw(st.dictionaries(st.sampled_from([f"s{at}" for at in range(MOST)]), st.integers(0, 900), max_size=3)),
        fixed_cost=draw(st.sampled_from((0, 300))),
        overtime_cost=draw(st.integers(0, 3)),
        own_matrix=matrix if draw(st.booleans()) else None,
    )


@st.composite
def stops(draw: st.DrawFn, key: str, places: int) -> Stop:
    """Any stop."""
    mandatory = draw(st.booleans())
    return Stop(
        key=key,
        place=draw(st.integers(0, places - 1)),
        kind=draw(st.sampled_from(Kind)),
        service_seconds=draw(st.integers(0, 900)),
        windows=draw(windows()),
        mandatory=mandatory,
        cost_of_leaving=0 if mandatory else draw(st.integers(1, 3000)),
        promised_by=draw(st.none() | st.integers(0, 25_000)),
        couriers=draw(st.none() | st.frozensets(st.sampled_from(("c0", "c1", "c2", "away")))),
        volume=draw(st.integers(0, 4)),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Any day of up to eight stops and three couriers; legs are not even symmetric."""
    places = draw(st.integers(1, 6))
    dice = np.random.default_rng(draw(st.integers(0, 1000)))
    legs = dice.integers(0, 1500, (places, places), dtype=np.int32)
    np.fill_diagonal(legs, 0)
    slow = Matrix(seconds=legs * 2, metres=legs.copy())
    made = tuple(draw(stops(f"s{at}", places)) for at in range(draw(st.integers(0, MOST))))
    staff = tuple(draw(couriers(f"c{at}", places, slow)) for at in range(draw(st.integers(0, 3))))
    loose = draw(st.permutations([stop.key for stop in made]))
    locks = {}
    for courier in staff:
        cut = draw(st.integers(0, 2))
        locks[courier.key], loose = tuple(loose[:cut]), loose[cut:]
    weights = Weights(imbalance=draw(st.sampled_from((0, 1, 3))))
    return Problem(
        matrix=Matrix(seconds=legs, metres=legs * 5), stops=made, couriers=staff, weights=weights, locks=locks
    )
