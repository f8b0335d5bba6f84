"""The goals of the planner, each beside what was measured."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.routing.days import Kind
from benchmarks.routing.engines import Engine
from benchmarks.routing.gaps import Medians, gap, percent
from benchmarks.routing.runs import NIGHT_SECONDS, Record

SMALL: Final = "public, up to 401"
LARGE: Final = "public, 1,000"
GAPS: Final[Mapping[str, Mapping[float, float]]] = {
    Kind.LOOSE: {1: 1.5, 2: 1.0, 5: 0.5, 30: 0.2},
    Kind.TIGHT: {1: 2.5, 2: 1.5, 5: 1.0, 30: 0.5},
    SMALL: {1: 1.0, 2: 0.8, 5: 0.5, 30: 0.25},
    LARGE: {5: 3.0, 30: 1.0},
}
"""At most so many % above the best known after so many seconds, in the median."""
AHEAD_AT: Final = (1.0, 2.0, 5.0, 30.0)
OFFICES: Final = 3_321
OFFICES_MINUTES: Final = 15.0
COMMUNE_AT, COMMUNE_GAP = 0.2, 0.5
NOON_FIRST, NOON_AT, NOON_GAP = 0.5, 2.0, 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """One line: what was aimed at, what came out. `kept` is None when it was not measured."""

    words: str
    aimed: str
    measured: str
    kept: bool | None

    @property
    def row(self) -> list[str]:
        """As a row of a table."""
        verdict = "not measured" if self.kept is None else "kept" if self.kept else "missed"
        return [self.words, self.aimed, self.measured, verdict]


def goals(
    records: Sequence[Record], kinds: Mapping[str, str], middle: Medians, office_seconds: float | None
) -> list[Goal]:
    """All of them. `office_seconds` is the wall time an office takes in a night run, None when that was left out."""
    ours = [record for record in records if record.engine == Engine.OURS]
    by_kind = {kind: [r for r in ours if kinds[r.case] == kind] for kind in (Kind.TIGHT, Kind.COMMUNE, Kind.NOON)}
    return [
        *(_gap_goal(middle, kind, mark, most) for kind, aims in GAPS.items() for mark, most in aims.items()),
        _nothing_left(by_kind[Kind.TIGHT], records),
        *_ahead(middle, list(dict.fromkeys(kinds.values()))),
        _near_own_end(by_kind[Kind.COMMUNE], "commune: median gap to its own longest run", COMMUNE_AT, COMMUNE_GAP),
        _offices(office_seconds),
        _faultless(by_kind[Kind.NOON]),
        _near_own_end(by_kind[Kind.NOON], "noon: median gap to its own longest run", NOON_AT, NOON_GAP),
    ]


def _gap_goal(middle: Medians, kind: str, mark: float, most: float) -> Goal:
    value = middle.get((kind, Engine.OURS.value, mark))
    return Goal(
        words=f"{kind}: median gap after {mark:g} s",
        aimed=f"≤ {most:g} %",
        measured="·" if value is None else f"{percent(value)} %",
        kept=None if value is None else value <= most,
    )


def _nothing_left(ours: Sequence[Record], records: Sequence[Record]) -> Goal:
    """Only days count for which somebody found a plan with all mandatory stops."""
    possible = {record.case for record in records if record.good}
    counted = [record for record in ours if record.case in possible]
    left = sum(record.mandatory_left for record in counted)
    words = "tight: mandatory stops left out where a plan with all exists"
    return Goal(words=words, aimed="0", measured=str(left) if counted else "·", kept=left == 0 if counted else None)


def _ahead(middle: Medians, kinds: Sequence[str]) -> list[Goal]:
    made = []
    for kind in kinds:
        marks = [mark for mark in AHEAD_AT if (kind, Engine.OURS.value, mark) in middle]
        for peer in (Engine.ORTOOLS, Engine.PYVRP, Engine.VROOM):
            pairs = [
                (mark, middle[kind, Engine.OURS.value, mark], middle[kind, peer.value, mark])
                for mark in marks
                if (kind, peer.value, mark) in middle
            ]
            if pairs:
                told = ", ".join(f"{percent(own)} : {percent(theirs)} at {mark:g} s" for mark, own, theirs in pairs)
                kept = all(own <= theirs and own < math.inf for _, own, theirs in pairs)
                made.append(
                    Goal(words=f"{kind}: not behind {peer.value}", aimed="ours ≤ theirs", measured=told, kept=kept)
                )
    return made


def own_gaps(ours: Sequence[Record], mark: float) -> list[float]:
    """For each day and seed, how much dearer the plan at `mark` is than the same engine's at its longest mark, in %."""
    found = []
    for record in ours:
        if record.mark == mark:
            ends = [r for r in ours if (r.case, r.seed) == (record.case, record.seed) and r.mark > mark and r.good]
            if record.good and record.cost is not None and ends:
                last = max(ends, key=lambda one: one.mark)
                found.append(gap(record.cost, last.cost or 0))
            else:
                found.append(math.inf)
    return found


def _near_own_end(ours: Sequence[Record], words: str, mark: float, most: float) -> Goal:
    found = own_gaps(ours, mark)
    longest = max((record.mark for record in ours), default=0)
    middle = statistics.median_high(found) if found else None
    return Goal(
        words=f"{words} ({longest:g} s), after {mark:g} s",
        aimed=f"≤ {most:g} %",
        measured="·" if middle is None else f"{percent(middle)} %",
        kept=None if middle is None else middle <= most,
    )


def _offices(seconds: float | None) -> Goal:
    words = f"all {OFFICES:,} offices on two cores, {NIGHT_SECONDS:g} s for each day"
    minutes = None if seconds is None else seconds * OFFICES / 60
    return Goal(
        words=words,
        aimed=f"< {OFFICES_MINUTES:g} min",
        measured="·" if minutes is None else f"{minutes:.1f} min",
        kept=None if minutes is None else minutes < OFFICES_MINUTES,
    )


def _faultless(ours: Sequence[Record]) -> Goal:
    first = [record for record in ours if record.mark == NOON_FIRST]
    good = sum(record.good for record in first)
    slowest = max((record.seconds for record in first), default=0.0)
    return Goal(
        words=f"noon: faultless plans in {NOON_FIRST:g} s",
        aimed="all",
        measured=f"{good} of {len(first)}, the slowest in {slowest:.2f} s" if first else "·",
        kept=good == len(first) and slowest < 1.2 * NOON_FIRST if first else None,
    )
