"""A comparison of hours goes on where it was stopped, and what was found best is kept with its finder."""

from dataclasses import replace
from pathlib import Path

from benchmarks.routing.days import Kind
from benchmarks.routing.engines import Engine
from benchmarks.routing.journal import Best, Journal, better, read_best, write_best
from benchmarks.routing.runs import Record
from benchmarks.routing.suite import Options, compare

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
    assert "| commune: vroom | 1 | 0.00 |" in (data / "bench-routing.md").read_text(encoding="utf-8")
