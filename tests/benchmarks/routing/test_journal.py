"""A comparison of hours goes on where it was stopped, and what was found best is kept with its finder."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.routing.days import Kind
from benchmarks.routing.engines import Engine
from benchmarks.routing.journal import Best, Journal, base_in_words, better, read_best, write_best
from benchmarks.routing.runs import Record
from benchmarks.routing.suite import Options, cases, compare, planned_seconds

ONE = Record(
    case="loose-1",
    digest="d",
    engine="ours",
    seed=1,
    mark=5,
    seconds=5.01,
    cost=1000,
    good=True,
    mandatory_left=0,
    megabytes=145,
    found_by=1,
    version="v1",
)


def test_what_was_measured_is_known_after_a_stop(tmp_path: Path) -> None:
    """Even when the stop cut the last line off; another version of the engine is measured anew."""
    path = tmp_path / "journal.jsonl"
    Journal(path).add([ONE, replace(ONE, mark=1)])
    with path.open("a", encoding="utf-8") as file:
        file.write('{"case": "loose-2", "dig')
    again = Journal(path)
    assert again.has("loose-1", "d", "ours", 1, (1, 5), "v1")
    assert not again.has("loose-1", "d", "ours", 1, (1, 5, 30), "v1")
    assert not again.has("loose-1", "d", "ours", 1, (5,), "v2")
    again.add([replace(ONE, case="loose-2")])
    assert Journal(path).has("loose-2", "d", "ours", 1, (5,), "v1")


def test_only_a_cheaper_good_plan_is_a_new_best(tmp_path: Path) -> None:
    """One that leaves a mandatory stop is cheap for a bad reason; a day that has changed begins anew."""
    old = Best(case="loose-1", digest="d", cost=1000, engine="ours", seconds=30, seed=1)
    assert better([old], [replace(ONE, cost=900, good=False), replace(ONE, cost=1001)]) == {"loose-1": old}
    found = better([old], [replace(ONE, cost=990, engine="pyvrp", found_by=1001)])["loose-1"]
    assert (found.cost, found.engine, found.seconds, found.seed) == (990, "pyvrp", 5, 1001)
    assert better([old], [replace(ONE, digest="new", cost=2000)])["loose-1"].cost == 2000
    path = tmp_path / "best.json"
    write_best([found], path)
    assert read_best(path) == [found]


def test_the_base_of_the_gaps_is_told_as_the_file_has_it() -> None:
    """Nobody shall take it for the best of ten minutes by everybody."""
    ours = Best(case="loose-1", digest="d", cost=1000, engine="ours", seconds=60, seed=1)
    theirs = Best(case="loose-2", digest="d", cost=900, engine="pyvrp", seconds=30, seed=1)
    public = Best(case="X-n101-k25", digest="d", cost=27591, engine="published", seconds=0, seed=0)
    other = replace(ours, case="loose-9", seconds=600)
    digests = {"loose-1": "d", "loose-2": "d", "X-n101-k25": "d", "loose-3": "d"}
    best = {one.case: one for one in (replace(ours, seconds=5, cost=990), theirs, public, other)}
    words = base_in_words([ours, theirs, other], best, digests, 5)
    assert (
        "(which knows 2 of these 4 days; the longest run that found one of its plans was given 60 s, by ours)" in words
    )
    assert "not the best of a ten-minute run" in words
    assert "2 of the 3 bases are published plans or from a run longer than the 5 s here" in words
    assert "understated" in words
    assert "(which knows 0 of these 4 days)" in base_in_words([], {}, digests, 5)


def test_a_comparison_knows_what_time_it_will_take() -> None:
    """What it will take is told before it starts; of a variant one day is enough."""
    options = Options(kinds=(Kind.COMMUNE, Kind.OVERTIME), night=False)
    runs, given = planned_seconds(options, cases(options))
    # Ours, OR-Tools and VROOM at 0.2, 1, 2 and 5 s; PyVRP's one run of 5 s.
    assert runs == 3 * 4 + 2
    assert given == pytest.approx(3 * (3 * 8.2 + 5) + 2 * 8)


def test_a_comparison_that_is_run_again_measures_nothing_twice(tmp_path: Path) -> None:
    """From the days to the report, with a real engine in a process of its own; VROOM ends long before its time."""
    best, data = tmp_path / "best.json", tmp_path / "data"
    options = Options(kinds=(Kind.COMMUNE,), engines=(Engine.VROOM,), days=1, marks=(5,), full=True, night=False)
    first = compare(options, best_path=best, data=data)
    lines = (data / "bench-routing.jsonl").read_text(encoding="utf-8")
    second = compare(options, best_path=best, data=data)
    assert (data / "bench-routing.jsonl").read_text(encoding="utf-8") == lines
    told = [line for line in first.splitlines() if line.startswith("commune: vroom")]
    assert told
    assert told == [line for line in second.splitlines() if line.startswith("commune: vroom")]
    assert [one.engine for one in read_best(best)] == ["vroom"]
    report = (data / "bench-routing.md").read_text(encoding="utf-8")
    assert "| commune: vroom | 1 | 0.00 |" in report
    assert report.splitlines()[-1].startswith("Measured on 20")
