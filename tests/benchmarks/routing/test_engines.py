"""Each engine solves the same file through the same command and is judged by the same evaluator."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.routing.__main__ import main
from benchmarks.routing.days import Kind, day, noon
from benchmarks.routing.engines import Engine, run
from benchmarks.routing.evaluator import judge
from benchmarks.routing.peers import CannotState, Moment, behind_locks
from benchmarks.routing.runs import at_mark

SIX = Path(__file__).parent / "six.vrp"
SIX_PRIZES = Path(__file__).parent / "six_prizes.vrp"


@pytest.mark.parametrize("engine", list(Engine))
def test_every_engine_finds_the_best_plan_of_six_customers(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """36 by hand: out and back along the ray of 15, and 1 + 1 + 1 + 3 round the other three."""
    assert main([str(SIX), "--seconds", "0.3", "--engine", engine.value, "--seed", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cost"], told["feasible"], told["served"], told["routes"]) == (36, True, 6, 2)
    assert (told["engine"], told["instance"]) == (engine.value, "six")
    assert told["seconds"] > 0


def test_the_command_prints_one_line_and_nothing_else(tmp_path: Path) -> None:
    """Other programs read it."""
    sol = tmp_path / "six.sol"
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.routing", SIX_PRIZES, "--seconds", "0.1", "--engine", "vroom", "--sol", sol],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(ran.stdout.splitlines()) == 1
    assert json.loads(ran.stdout)["feasible"]
    assert sol.read_text(encoding="utf-8").endswith(f"Cost {json.loads(ran.stdout)['cost']}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((str(SIX) + "x", "--seconds", "1"), "cannot be read"),
        ((str(SIX), "--seconds", "0"), "0 seconds are no time to plan in."),
        ((str(SIX), "--seconds", "1", "--first", "0"), "0 customers are none."),
        ((str(SIX), str(SIX), "--seconds", "1"), "Name one file to solve."),
        (("--marks", "1,two"), "The seconds '1,two' are not numbers with commas between them."),
        (("--days", "0"), "At least one day and one seed are needed."),
    ],
)
def test_a_request_that_makes_no_sense_ends_in_a_sentence(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, nothing on stdout, one line on stderr."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_peer_plans_behind_the_locked_stops() -> None:
    """A day under way can be put to them exactly: each courier sets off behind what is pinned."""
    problem, start = noon(random.Random(1), stops=30, couriers=3)
    rest, prefixes = behind_locks(problem)
    assert len(rest.stops) == 24
    assert {len(route) for route in prefixes.values()} == {2}
    for engine in (Engine.PYVRP, Engine.VROOM):
        found = run(engine, problem, seconds=0.4, seed=1, start=start)[-1]
        verdict = judge(problem, found.orders)
        assert verdict.good, engine
        assert verdict.served >= 28, engine


@pytest.mark.parametrize("kind", [Kind.BREAKS, Kind.AREAS, Kind.PROMISES, Kind.BALANCE, Kind.OVERTIME])
def test_what_a_peer_cannot_state_it_is_not_asked(kind: Kind) -> None:
    """A comparison on another problem would be none."""
    with pytest.raises(CannotState):
        run(Engine.VROOM, day(kind, 1).problem, seconds=0.1, seed=1)


def test_a_run_is_read_at_the_moments_asked_for() -> None:
    """What came after the moment does not count for it."""
    trace = [Moment(0.4, {"a": ("1",)}), Moment(1.9, {"a": ("2",)}), Moment(5.0, {"a": ("2",)})]
    assert at_mark(trace, 0.2) is None
    assert [moment.orders["a"] for mark in (1, 2, 5) if (moment := at_mark(trace, mark))] == [("1",), ("2",), ("2",)]
