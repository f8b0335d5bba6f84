"""The goals of the planner, each beside what was measured."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.routing.days import Kind
from benchmarks.routing.engines import Engine
from benchmarks.routing.gaps import Medians, gap, medians, percent
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
class Probe:
    """What the prototype of our search reached on `instance`: % above its own base after 1, 2, 5 and 30 s.

    Our figures beside it are the median of the cases of `kind` with `part` in their names.
    """

    kind: str
    part: str
    instance: str
    gaps: tuple[float, float, float, float]


PROBES: Final = (
    Probe(kind=Kind.LOOSE, part="", instance="POa, another loose day of 300 stops", gaps=(0.78, 0.77, 0.22, 0.0)),
    Probe(kind=Kind.TIGHT, part="", instance="POb, another tight day of 300 stops", gaps=(1.3, 0.7, 0.5, -0.7)),
    Probe(kind=SMALL, part="X-n401-k29", instance="this very instance", gaps=(1.0, 0.8, 0.7, 0.3)),
    Probe(kind=SMALL, part="RC2", instance="another RC2 instance", gaps=(0.4, 0.25, 0.3, 0.06)),
)


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
    records: Sequence[Record],
    kinds: Mapping[str, str],
    middle: Medians,
    best: Mapping[str, int],
    office_seconds: float | None,
) -> list[Goal]:
    """All of them. `best` are the costs that gaps are to.

    `office_seconds` is the wall time an office takes in a night run, None when that was left out.
    """
    ours = [record for record in records if record.engine == Engine.OURS]
    by_kind = {kind: [r for r in ours if kinds[r.case] == kind] for kind in (Kind.TIGHT, Kind.COMMUNE, Kind.NOON)}
    return [
        *(_gap_goal(middle, kind, mark, most) for kind, aims in GAPS.items() for mark, most in aims.items()),
        _nothing_left(by_kind[Kind.TIGHT], records),
        *_ahead(middle, list(dict.fromkeys(kinds.values()))),
        *_beside_the_probe(ours, kinds, best),
        _near_own_end(by_kind[Kind.COMMUNE], Kind.COMMUNE, COMMUNE_AT, COMMUNE_GAP),
        _offices(office_seconds),
        _faultless(by_kind[Kind.NOON]),
        _near_own_end(by_kind[Kind.NOON], Kind.NOON, NOON_AT, NOON_GAP),
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


def _beside_the_probe(ours: Sequence[Record], kinds: Mapping[str, str], best: Mapping[str, int]) -> list[Goal]:
    made = []
    for probe in PROBES:
        mine = [r for r in ours if kinds[r.case] == probe.kind and probe.part in r.case]
        middle = medians(mine, dict.fromkeys(kinds, probe.kind), best)
        pairs = [
            (mark, middle[probe.kind, Engine.OURS.value, mark], theirs)
            for mark, theirs in zip(AHEAD_AT, probe.gaps, strict=True)
            if (probe.kind, Engine.OURS.value, mark) in middle
        ]
        told = ", ".join(f"{percent(own)} : {percent(theirs)} at {mark:g} s" for mark, own, theirs in pairs)
        # Below zero the probe beat its own base; ours holds our best too and is never below it.
        kept = all(own <= max(0.0, theirs) for _, own, theirs in pairs)
        made.append(
            Goal(
                words=f"{probe.part or probe.kind}: not behind the probe (its figures: {probe.instance})",
                aimed="ours ≤ its",
                measured=told or "·",
                kept=kept if pairs else None,
            )
        )
    return made


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnGap:
    """How much dearer a plan is than the same engine's of its longest run, in %; both true times in seconds."""

    percent: float
    seconds: float
    longest: float


def own_gaps(ours: Sequence[Record], mark: float) -> list[OwnGap]:
    """For each day and seed at `mark` that was also run for longer; infinite where either has no good plan."""
    found = []
    for record in ours:
        later = [r for r in ours if (r.case, r.seed) == (record.case, record.seed) and r.mark > mark]
        if record.mark == mark and later:
            last = max(later, key=lambda one: one.mark)
            both = record.good and last.good and record.cost is not None and last.cost is not None
            value = gap(record.cost or 0, last.cost or 0) if both else math.inf
            found.append(OwnGap(percent=value, seconds=record.seconds, longest=last.seconds))
    return found


def _near_own_end(ours: Sequence[Record], kind: str, mark: float, most: float) -> Goal:
    """The longest run may end by itself long before the time it is given, so the clock's seconds are told."""
    found = own_gaps(ours, mark)
    words = f"{kind}: median gap after {mark:g} s to its own longest run"
    aimed = f"≤ {most:g} %"
    if not found:
        return Goal(words=words, aimed=aimed, measured="·", kept=None)
    middle = statistics.median_high(one.percent for one in found)
    seconds, longest = (
        statistics.median(times) for times in ([one.seconds for one in found], [one.longest for one in found])
    )
    given = max(record.mark for record in ours)
    return Goal(
        words=f"{words}, which was given {given:g} s and took {longest:.2f} s (median)",
        aimed=aimed,
        measured=f"{percent(middle)} % in {seconds:.2f} s",
        kept=middle <= most,
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
