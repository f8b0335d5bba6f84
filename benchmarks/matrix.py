"""How fast travel between all places of a day is reckoned: 1,000 × 1,000 on one core, against the limit of 0.2 s.

    python -m benchmarks.matrix [--places N] [--rounds N]

Beside it, in the same run and turn by turn, what a loop over geopy's great-circle distance takes for a sample of the
legs: a ratio of two times measured together says more than either on a busy machine.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from geopy.distance import great_circle as by_geopy

from routing.matrix import Point, great_circle

LIMIT_MS: Final = 200.0
SAMPLE: Final = 50
"""Places of the sample: a loop over a million legs would take a minute."""


def town(places: int) -> list[Point]:
    """An office's day, the same at every run: places within about 6 km."""
    chance = random.Random(5)
    return [Point(lat=10.77 + chance.uniform(0, 0.05), lon=106.7 + chance.uniform(0, 0.05)) for _ in range(places)]


def milliseconds(work: Callable[[], object]) -> float:
    """The processor time of a piece of work: what other processes take meanwhile is not counted."""
    began = time.process_time()
    work()
    return 1e3 * (time.process_time() - began)


def leg_by_leg(points: Sequence[Point]) -> list[list[float]]:
    """The same by geopy, one leg after the other."""
    spots = [(point.lat, point.lon) for point in points]
    return [[by_geopy(here, there).m for there in spots] for here in spots]


def main() -> int:
    """Measure and print; 1 when the limit is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--places", type=int, default=1_000)
    options.add_argument("--rounds", type=int, default=9)
    chosen = options.parse_args()
    points = town(chosen.places)
    sample = points[:SAMPLE]
    great_circle(points)
    ours, loops = [], []
    for _ in range(chosen.rounds):
        ours.append(milliseconds(lambda: great_circle(points)))
        loops.append(milliseconds(lambda: leg_by_leg(sample)))
    each, worst = statistics.median(ours), max(ours)
    # Per leg, since the loop is over fewer of them.
    loop = statistics.median(loops) * (chosen.places / len(sample)) ** 2
    kept = each < LIMIT_MS
    print(f"{chosen.places:,} × {chosen.places:,} legs, seconds and metres, {chosen.rounds} rounds, one core")
    print(f"  the matrix                  {each:8.1f} ms (worst round {worst:.1f} ms)")
    print(f"  of the limit                {each / LIMIT_MS:8.2f}")
    print(f"  geopy, leg by leg           {loop:8.0f} ms (from {len(sample)} places): {loop / each:,.0f} times as long")
    print(f"limit of {LIMIT_MS:g} ms: {'kept' if kept else 'missed'}")
    told = {
        "benchmark": "matrix",
        "places": chosen.places,
        "rounds": chosen.rounds,
        "ms": round(each, 2),
        "ms_worst": round(worst, 2),
        "ratio_to_limit": round(each / LIMIT_MS, 3),
        "geopy_loop_ms": round(loop),
        "limit_ms": LIMIT_MS,
        "kept": kept,
    }
    print(json.dumps(told))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
