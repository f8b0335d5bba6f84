"""The whole comparison: which days, in which order, and the report."""

import os
import platform
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.routing.days import FOR_ALL, OF_OURS, Day, Kind, day
from benchmarks.routing.engines import ANYTIME, Engine
from benchmarks.routing.evaluator import judge
from benchmarks.routing.gaps import Medians, head_of, medians, rows_of, table, winner
from benchmarks.routing.goals import COMMUNE_AT, LARGE, NOON_FIRST, SMALL, goals
from benchmarks.routing.journal import (
    BEST,
    PUBLISHED,
    ROOT,
    Best,
    Journal,
    base_in_words,
    better,
    engine_version,
    read_best,
    write_best,
)
from benchmarks.routing.peers import CannotState
from benchmarks.routing.runs import NIGHT_SECONDS, Record, measure, night_seconds_per_office
from benchmarks.routing.vrplib import Unreadable, read_instance, read_solution

DATA: Final = ROOT / ".data"
SMALL_CUSTOMERS: Final = 401
CUT: Final = 400
"""A larger public file also counts with its first so many customers."""
NIGHT_DAYS: Final = 8
START_SECONDS: Final = 2.0
"""About what a process takes to start, load its engine and send the plan back, beside the time it is given."""

ALL: Final = "all that everybody plans"
LEFT_OUT: Final = 'No public files were given (FILES="a.vrp b.vrp"), so that part is left out.'
HOW: Final = """\
Gaps in % to the cheapest plan known (see below), medians over days and seeds, after so many seconds of wall time.
Every engine has the same two cores for the same time: ours and VROOM use two threads; OR-Tools (our planner without
its own search) and PyVRP use one, so each has two runs with different seeds side by side and the better plan
counts. An engine's model is built inside its time; loading and compiling code is not. PyVRP's one run is read at
each moment; the others lay their search out over the time they are told and are run for each. VROOM has no prizes:
it serves what it can. "none": half the plans or more were missing, faulty or left out a mandatory stop. MB: the
most one process of the engine had; left out: mandatory stops, all runs together; time used: the worst ratio of true
to given seconds. The probe is the prototype of our search, with two settings side by side, measured once, to its
own base and mostly on other instances of a kind."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to compare. `marks` are seconds."""

    kinds: tuple[Kind, ...] = (*FOR_ALL, *OF_OURS)
    engines: tuple[Engine, ...] = tuple(Engine)
    days: int = 3
    seeds: int = 1
    marks: tuple[float, ...] = (1, 2, 5)
    files: tuple[Path, ...] = ()
    full: bool = False
    night: bool = True


@dataclass(frozen=True, kw_only=True)
class Case:
    """A day and its kind, who plans it and at which marks it is read."""

    kind: str
    day: Day
    engines: tuple[Engine, ...]
    marks: tuple[float, ...]
    published: int | None = None


def cases(options: Options) -> list[Case]:
    """Everything to plan. Raises Unreadable for a bad file."""
    made = []
    for kind in options.kinds:
        only_ours = kind in OF_OURS
        engines = (Engine.OURS, Engine.ORTOOLS) if only_ours else tuple(Engine)
        early = {Kind.COMMUNE: (COMMUNE_AT,), Kind.NOON: (NOON_FIRST,)}.get(kind, ())
        # The variants are there to show that the terms work: one of each will do for a quick run.
        count = options.days if options.full or not only_ours else 1
        made += [
            Case(
                kind=kind,
                day=day(kind, number),
                engines=tuple(engine for engine in engines if engine in options.engines),
                marks=tuple(sorted({*early, *options.marks})),
            )
            for number in range(1, count + 1)
        ]
    for path in options.files:
        try:
            made += _of_file(path, options)
        except Unreadable as error:
            raise Unreadable(f"{path}: {error}") from error
    return made


def _of_file(path: Path, options: Options) -> list[Case]:
    whole = read_instance(path)
    told = path.with_suffix(".sol")
    published = judge(whole.problem, whole.orders(read_solution(told)[0])) if told.exists() else None
    small = whole.customers <= SMALL_CUSTOMERS
    made = [
        Case(
            kind=SMALL if small else LARGE,
            day=Day(name=whole.name, problem=whole.problem),
            engines=options.engines,
            marks=options.marks if small else options.marks[-max(1, sum(mark >= 5 for mark in options.marks)) :],
            published=published.cost if published is not None and published.good else None,
        )
    ]
    if not small:
        cut = read_instance(path, first=CUT)
        name = f"{whole.name}, first {CUT}"
        made.append(
            Case(kind=SMALL, day=Day(name=name, problem=cut.problem), engines=options.engines, marks=options.marks)
        )
    return made


def planned_seconds(options: Options, planned: Sequence[Case]) -> tuple[int, float]:
    """How many runs there are, and the seconds that they are given, all together."""
    given = [
        case.marks[-1] if engine in ANYTIME else sum(case.marks)
        for case in planned
        for engine in case.engines
        for _ in range(options.seeds)
    ]
    night = NIGHT_DAYS * NIGHT_SECONDS if options.night and Engine.OURS in options.engines else 0.0
    return len(given), sum(given) + night


def compare(options: Options, *, best_path: Path = BEST, data: Path = DATA) -> str:
    """Run what is not yet in the journal and tell the result; the same goes to bench-routing.md as Markdown."""
    begun = time.monotonic()
    told = Console(stderr=True)
    journal = Journal(data / "bench-routing.jsonl" if options.full else None)
    planned = cases(options)
    versions = {engine: engine_version(engine) for engine in Engine}
    kept: list[Record] = []
    known = read_best(best_path)
    best = better(known, _published(planned))
    runs, given = planned_seconds(options, planned)
    told.print(
        f"{runs} runs are given {given:.0f} s ({given / 60:.1f} min); with {START_SECONDS:g} s to start each: about "
        f"{(given + START_SECONDS * runs) / 60:.1f} min. VROOM may take longer than it is told"
        + ("; what is known from before is not run again." if journal.records else ".")
    )
    work = [(case, engine, seed) for case in planned for seed in range(1, options.seeds + 1) for engine in case.engines]
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=told) as bar:
        task = bar.add_task("", total=len(work))
        for case, engine, seed in work:
            bar.update(task, description=f"{case.day.name}, {engine}")
            asked = case.day.name, case.day.digest, engine.value, seed, case.marks, versions[engine]
            if not journal.has(*asked):
                try:
                    journal.add(measure(case.day, engine, marks=case.marks, seed=seed, version=versions[engine]))
                except CannotState as error:
                    bar.console.print(f"{engine} cannot state {error}: left out of {case.day.name}")
            found = [journal.records.get((*asked[:4], mark, versions[engine])) for mark in case.marks]
            kept += [record for record in found if record is not None]
            best = better(best.values(), [record for record in found if record is not None])
            if options.full:
                write_best(best.values(), best_path)
            bar.advance(task)
    night = night_seconds_per_office(NIGHT_DAYS) if options.night and Engine.OURS in options.engines else None
    digests = {case.day.name: case.day.digest for case in planned}
    base = base_in_words(known, best, digests, max(options.marks))
    result = _Result(options, planned, kept, best, base, night, time.monotonic() - begun)
    data.mkdir(parents=True, exist_ok=True)
    (data / "bench-routing.md").write_text(result.text(markdown=True), encoding="utf-8")
    return result.text(markdown=False)


def _published(planned: Sequence[Case]) -> list[Record]:
    """The plans of the .sol files, re-costed here, as if somebody had found them in this run."""
    return [
        Record(
            case=case.day.name,
            digest=case.day.digest,
            engine=PUBLISHED,
            seed=0,
            mark=0,
            seconds=0,
            cost=case.published,
            good=True,
            mandatory_left=0,
            megabytes=0,
            found_by=0,
        )
        for case in planned
        if case.published is not None
    ]


class _Result:
    """All that was measured, as text."""

    def __init__(
        self,
        options: Options,
        planned: Sequence[Case],
        records: Sequence[Record],
        best: Mapping[str, Best],
        base: str,
        night: float | None,
        seconds: float,
    ) -> None:
        self.options = options
        self.records = records
        self.base = base
        self.night = night
        self.seconds = seconds
        self.kinds = {case.day.name: case.kind for case in planned}
        self.costs = costs = {name: one.cost for name, one in best.items()}
        self.middle: Medians = medians(records, self.kinds, costs)
        self.shared = [record for record in records if self.kinds[record.case] not in OF_OURS]
        self.pooled = dict.fromkeys(self.kinds, ALL)
        self.over_all: Medians = medians(self.shared, self.pooled, costs)

    def text(self, *, markdown: bool) -> str:
        """Gaps, winners, goals."""
        marks = self.options.marks
        head = head_of(marks)
        winners = [
            [kind, *(winner(middle, kind, mark) for mark in marks)]
            for middle, kinds in ((self.middle, self.kinds), (self.over_all, self.pooled))
            for kind in dict.fromkeys(kinds.values())
        ]
        rows = rows_of(self.records, self.kinds, self.middle, marks)
        rows += rows_of(self.shared, self.pooled, self.over_all, marks)
        lines = goals(self.records, self.kinds, self.middle, self.costs, self.night)
        missed = [goal.words for goal in lines if goal.kept is False]
        parts = [
            self._about(),
            HOW,
            textwrap.fill(self.base, 120, break_on_hyphens=False),
            table(head, rows, markdown=markdown),
            table(["who wins", *(f"{mark:g} s" for mark in marks)], winners, markdown=markdown),
            table(["goal", "aimed at", "measured", ""], [goal.row for goal in lines], markdown=markdown),
            f"Goals missed: {len(missed)}" + "".join(f"\n- {words}" for words in missed),
        ]
        if not self.options.files:
            parts.insert(3, LEFT_OUT)
        if failures := self._failures():
            parts.append("What went wrong:\n" + "\n".join(f"- {words}" for words in failures))
        parts.append(self._made_with())
        return "\n\n".join(parts) + "\n"

    def _failures(self) -> list[str]:
        """The first fault of each plan that had one."""
        return [
            f"{record.engine}, {record.case}, {record.mark:g} s: {record.faults[0]}"
            for record in self.records
            if record.faults
        ]

    def _about(self) -> str:
        return (
            f"{self.options.days} days of a kind, {self.options.seeds} seed(s), {len(self.records)} results in "
            f"{self.seconds / 60:.1f} min."
        )

    @staticmethod
    def _made_with() -> str:
        names = ", ".join(f"{name} {version(name)}" for name in ("ortools", "pyvrp", "pyvroom", "numba"))
        today = datetime.now(UTC).date()
        return f"Measured on {today}: {os.cpu_count()} cores, Python {platform.python_version()}, {names}."
