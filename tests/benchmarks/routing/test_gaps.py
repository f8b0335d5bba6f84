"""Gaps, medians and winners are arithmetic that a reader can do again."""

import math

from benchmarks.routing.gaps import gap, head_of, medians, percent, rows_of, table, winner
from benchmarks.routing.goals import SMALL, Goal, OwnGap, goals, own_gaps
from benchmarks.routing.runs import Record

KINDS = {"loose-1": "loose", "loose-2": "loose", "loose-3": "loose"}
BEST = {"loose-1": 1000, "loose-2": 1000, "loose-3": 1000}


def record(engine: str, case: str, cost: int | None, mark: float = 1, *, left: int = 0, seconds: float = 1) -> Record:
    return Record(
        case=case,
        digest="d",
        engine=engine,
        seed=1,
        mark=mark,
        seconds=seconds,
        cost=cost,
        good=cost is not None and not left,
        mandatory_left=left,
        megabytes=100,
        found_by=1,
        faults=() if cost is not None else ("no plan yet",),
    )


def test_a_gap_is_what_a_plan_costs_more_in_percent() -> None:
    """Against the best known, which is at 0."""
    assert gap(1015, 1000) == 1.5
    assert gap(1000, 1000) == 0
    assert math.isinf(gap(5, 0))


def test_the_median_counts_a_plan_that_leaves_a_mandatory_stop_as_none() -> None:
    """A plan that does less is cheaper, and must not win by it."""
    records = [record("ours", "loose-1", 1010), record("ours", "loose-2", 1030), record("ours", "loose-3", 900, left=1)]
    middle = medians(records, KINDS, BEST)
    assert middle == {("loose", "ours", 1): 3.0}
    none = medians([record("ours", "loose-1", None), record("ours", "loose-2", None)], KINDS, BEST)
    assert percent(none["loose", "ours", 1]) == "none"


def test_the_smallest_median_wins_and_equals_share() -> None:
    """Nobody wins where nobody has a plan."""
    middle = {("loose", "ours", 1.0): 0.5, ("loose", "pyvrp", 1.0): 0.5, ("loose", "vroom", 1.0): 4.0}
    assert winner(middle, "loose", 1) == "ours = pyvrp"
    assert winner({("loose", "ours", 1.0): math.inf}, "loose", 1) == "nobody"


def test_the_table_shows_what_went_wrong() -> None:
    """Mandatory stops left out, missing plans, memory and overruns stand beside the gaps."""
    records = [record("ours", "loose-1", 1010, seconds=1.5), record("ours", "loose-2", 900, left=2)]
    middle = medians(records, KINDS, BEST)
    rows = rows_of(records, KINDS, middle, (1.0,))
    assert rows == [["loose: ours", "2", "none", "100", "2", "0", "1.50"]]
    text = table(head_of((1.0,)), rows, markdown=True)
    assert text.splitlines()[1] == "|---|---:|---:|---:|---:|---:|---:|"
    assert "| loose: ours | 2 | none | 100 | 2 | 0 | 1.50 |" in text


def by_words(made: list[Goal], words: str) -> Goal:
    return next(goal for goal in made if goal.words.startswith(words))


def test_each_goal_says_kept_missed_or_not_measured() -> None:
    """A goal that was not measured is neither kept nor missed."""
    records = [record("ours", "loose-1", 1010), record("pyvrp", "loose-1", 1040)]
    made = goals(records, KINDS, medians(records, KINDS, BEST), BEST, office_seconds=0.1)
    assert by_words(made, "loose: median gap after 1 s").row == [
        "loose: median gap after 1 s",
        "≤ 1.5 %",
        "1.00 %",
        "kept",
    ]
    assert by_words(made, "loose: median gap after 30 s").kept is None
    assert by_words(made, "loose: not behind pyvrp").row[2:] == ["1.00 : 4.00 at 1 s", "kept"]
    # 3,321 offices of 0.1 s each.
    assert by_words(made, "all 3,321 offices").row[2:] == ["5.5 min", "kept"]
    assert by_words(made, "noon: faultless").row[2:] == ["·", "not measured"]


def test_a_missed_goal_is_called_missed() -> None:
    """The table is there to be honest."""
    kinds = {"noon-1": "noon", "tight-1": "tight"}
    records = [
        record("ours", "noon-1", 900, mark=0.5, left=1, seconds=0.5),
        record("ours", "noon-1", 1100, mark=2),
        record("ours", "noon-1", 1000, mark=5),
        record("ours", "tight-1", 900, left=3),
        record("pyvrp", "tight-1", 1000),
    ]
    best = {"noon-1": 1000, "tight-1": 1000}
    made = goals(records, kinds, medians(records, kinds, best), best, None)
    assert by_words(made, "noon: faultless").row[2:] == ["0 of 1, the slowest in 0.50 s", "missed"]
    assert by_words(made, "noon: median gap after 2 s to its own").row[2:] == ["10.00 % in 1.00 s", "missed"]
    assert by_words(made, "tight: mandatory stops left out").row[2:] == ["3", "missed"]
    assert by_words(made, "tight: not behind pyvrp").kept is False


def test_a_run_is_held_against_its_own_longest() -> None:
    """How much is lost by stopping early, whatever others found."""
    records = [record("ours", "loose-1", 1005, mark=0.2, seconds=0.2), record("ours", "loose-1", 1000, mark=5)]
    assert own_gaps(records, 0.2) == [OwnGap(percent=0.5, seconds=0.2, longest=1)]


def test_a_longest_run_is_named_with_the_seconds_that_it_took() -> None:
    """A small day's search ends by itself: 30 s would promise a comparison that nobody made."""
    kinds = {"commune-1": "commune", "commune-2": "commune"}
    records = [
        record("ours", case, cost, mark, seconds=seconds)
        for case, longest in (("commune-1", 0.1), ("commune-2", 0.9))
        for cost, mark, seconds in ((1002, 0.2, min(0.2, longest)), (1000, 30, longest))
    ]
    made = goals(records, kinds, medians(records, kinds, {}), {}, None)
    assert by_words(made, "commune: median gap").row == [
        "commune: median gap after 0.2 s to its own longest run, which was given 30 s and took 0.50 s (median)",
        "≤ 0.5 %",
        "0.20 % in 0.15 s",
        "kept",
    ]


def test_without_a_longer_run_the_own_gap_is_not_measured() -> None:
    """With the marks 1 and 2 there is nothing to hold 2 s against: that is no miss."""
    records = [record("ours", "noon-1", 1005, mark=1), record("ours", "noon-1", 1000, mark=2)]
    assert own_gaps(records, 2) == []
    kinds, best = {"noon-1": "noon"}, {"noon-1": 1000}
    made = goals(records, kinds, medians(records, kinds, best), best, None)
    assert by_words(made, "noon: median gap after 2 s to its own").row[2:] == ["·", "not measured"]
    # A longer run without a plan is another thing: something is wrong there.
    assert math.isinf(own_gaps([*records, record("ours", "noon-1", None, mark=5)], 2)[0].percent)


def test_our_figures_stand_beside_the_probe_and_its_instance_is_named() -> None:
    """It was measured on other days: a reader must see that before believing the row."""
    kinds = {"loose-1": "loose", "tight-1": "tight", "X-n401-k29": SMALL, "X-n101-k25": SMALL}
    best = dict.fromkeys(kinds, 1000)
    records = [
        record("ours", "loose-1", 1005),
        record("ours", "tight-1", 1000, mark=30),
        record("ours", "X-n401-k29", 1020),
        record("ours", "X-n101-k25", 1000),
        record("pyvrp", "X-n401-k29", 1000),
    ]
    made = goals(records, kinds, medians(records, kinds, best), best, None)
    loose = by_words(made, "loose: not behind the probe")
    assert "another loose day" in loose.words
    assert loose.row[2:] == ["0.50 : 0.78 at 1 s", "kept"]
    assert by_words(made, "tight: not behind the probe").row[2:] == ["0.00 : -0.70 at 30 s", "kept"]
    assert by_words(made, "X-n401-k29: not behind the probe").row[2:] == ["2.00 : 1.00 at 1 s", "missed"]
    assert by_words(made, "RC2: not behind the probe").kept is None
