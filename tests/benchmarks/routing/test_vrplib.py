"""Public instances are read as they are meant, and what is none ends in one sentence."""

import os
from pathlib import Path

import pytest

from benchmarks.routing.evaluator import judge
from benchmarks.routing.vrplib import Unreadable, read_instance, read_solution, solution_text
from routing.problem import LATEST, Window

HERE = Path(__file__).parent
SIX = (HERE / "six.vrp").read_text(encoding="utf-8")
PRIZES = (HERE / "six_prizes.vrp").read_text(encoding="utf-8")
PUBLIC = os.environ.get("VRP_FILES")


def changed(tmp_path: Path, text: str, old: str, new: str) -> Path:
    assert old in text
    path = tmp_path / "changed.vrp"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_capacitated_file_measures_in_whole_units_rounded() -> None:
    """The X set's costs are sums of rounded distances; another rounding gives costs nobody can compare."""
    six = read_instance(HERE / "six.vrp")
    legs = six.problem.matrix.legs
    assert (legs[0][1], legs[1][2], legs[0][3]) == (5, 5, 15)
    # √10 = 3.16 and √2 = 1.41 become 3 and 1; from (-3, 1) to (3, 4) it is √45 = 6.71: 7.
    assert (legs[0][6], legs[5][6], legs[6][1]) == (3, 1, 7)
    assert six.customers == 6
    assert six.capacity == 30
    assert six.problem.couriers[0].shift_end == LATEST


def test_a_file_with_windows_measures_in_tenths_cut_off() -> None:
    """Gehring and Homberger's costs truncate to one decimal, times included."""
    prizes = read_instance(HERE / "six_prizes.vrp")
    legs = prizes.problem.matrix.legs
    assert (legs[0][1], legs[0][6], legs[6][1]) == (50, 31, 67)
    assert prizes.services == (0, *[100] * 6)
    assert prizes.windows[2] == Window(opens=250, closes=900)
    # Nobody is served after the depot closes.
    assert prizes.windows[3].closes == 1000


def test_distance_and_missed_prizes_are_the_cost() -> None:
    """Worked by hand: 0-1-2-3-0 is 30.0; 0-5-6-0 is 2.0 + 1.4 + 3.1; customer 4's prize of 1 is missed."""
    prizes = read_instance(HERE / "six_prizes.vrp")
    verdict = judge(prizes.problem, prizes.orders([[1, 2, 3], [5, 6]]))
    assert verdict.good
    assert prizes.told(verdict.cost) == 300 + 20 + 14 + 31 + 10
    six = read_instance(HERE / "six.vrp")
    assert judge(six.problem, six.orders([[1, 2, 3], [4, 5, 6]])).cost == 30 + 1 + 1 + 1 + 3


def test_a_customer_without_a_prize_must_be_visited() -> None:
    """A plan that leaves one has no cost to be compared."""
    prizes = read_instance(HERE / "six_prizes.vrp")
    verdict = judge(prizes.problem, prizes.orders([[1, 2, 3]]))
    assert (verdict.good, verdict.mandatory_left, verdict.faults) == (False, 1, ())
    assert verdict.cost == 300 + 10 + 30


def test_an_overloaded_or_late_route_is_a_fault() -> None:
    """No engine is believed about its own plan."""
    six = read_instance(HERE / "six.vrp")
    assert judge(six.problem, six.orders([[1, 2, 3, 4], [5, 6]])).faults == (
        "Courier v1 carries 40 items at once, 30 fit.",
    )
    strange = judge(six.problem, {"v1": ["7"]})
    assert strange.faults == ("7 is not in the problem.",)


def test_a_service_time_a_node_is_read_too(tmp_path: Path) -> None:
    """Some sets have a section where others have a number."""
    rows = "\n".join(f"{node} {10 * (node > 1)}" for node in range(1, 8))
    sectioned = PRIZES.replace("SERVICE_TIME : 10\n", "").replace(
        "PRIZE_SECTION", f"SERVICE_TIME_SECTION\n{rows}\nPRIZE_SECTION"
    )
    path = tmp_path / "sectioned.vrp"
    path.write_text(sectioned, encoding="utf-8")
    assert read_instance(path).problem.stops == read_instance(HERE / "six_prizes.vrp").problem.stops


def test_the_first_customers_alone_are_an_instance() -> None:
    """A smaller version of a known file is quick to try."""
    cut = read_instance(HERE / "six_prizes.vrp", first=2)
    assert (cut.customers, cut.vehicles) == (2, 2)
    assert read_instance(HERE / "six.vrp", first=50).customers == 6


def test_a_file_that_names_no_vehicles_has_enough() -> None:
    """Their number is not minimised: the fewest that can carry all, and spare ones."""
    assert read_instance(HERE / "six.vrp").vehicles == 6


def test_a_solution_is_written_as_it_is_read(tmp_path: Path) -> None:
    """So that others can check what we claim."""
    six = read_instance(HERE / "six.vrp")
    path = tmp_path / "six.sol"
    path.write_text(solution_text(six, {"v1": ("1", "2", "3"), "v2": (), "v3": ("4", "5", "6")}, 36), encoding="utf-8")
    assert read_solution(path) == ([[1, 2, 3], [4, 5, 6]], 36.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SIX, "nonsense", "line 1 is not of a VRPLIB file."),
        (SIX, "\x7fELF\x02", "line 1 is not of a VRPLIB file."),
        (SIX, "", "there is no DIMENSION: is this a VRPLIB file?"),
        (SIX, "NAME : x\nDIMENSION : 7\n", "there is no NODE_COORD_SECTION: is this a VRPLIB file?"),
        ("EUC_2D", "EXPLICIT", "the EDGE_WEIGHT_TYPE EXPLICIT is not understood, only EUC_2D."),
        ("DIMENSION : 7", "DIMENSION : 8", "NODE_COORD_SECTION does not fit DIMENSION 8: look at node 8."),
        ("DIMENSION : 7", "DIMENSION : 6", "NODE_COORD_SECTION does not fit DIMENSION 6: look at node 7."),
        ("DIMENSION : 7", "DIMENSION : 1000000", "a DIMENSION of 1000000 is not between 2 and 5,001."),
        ("DIMENSION : 7", "DIMENSION : many", "'many' in DIMENSION is not a number."),
        ("CAPACITY : 30", "CAPACITY : 0", "CAPACITY 0 is not above zero."),
        ("CAPACITY : 30", "CAPACITY : 9", "a customer's demand of 10 is more than a vehicle's CAPACITY of 9."),
        ("CAPACITY : 30", "DISTANCE : 30", "line 6: the field 'DISTANCE' is not understood."),
        ("3\t6\t8", "3\t6\tnan", "line 10: nan in NODE_COORD_SECTION is not a number up to 1,000,000,000."),
        ("3\t6\t8", "3\t6", "line 10: a row of NODE_COORD_SECTION has 3 numbers, not 2."),
        ("3\t6\t8", "2\t6\t8", "line 10: node 2 is in NODE_COORD_SECTION twice."),
        ("3\t6\t8", "3\t6\t900000", "the points lie up to 900,000 apart: too far for a planner of days."),
        ("2\t10", "2\t-10", "-10 in DEMAND_SECTION is below zero."),
        ("2\t10", "2\t1.5", "1.5 in DEMAND_SECTION is not a whole number."),
        ("\t1\n\t-1", "\t1\n\t2\n\t-1", "there are 2 depots, not one."),
        ("\t1\n\t-1", "\t9\n\t-1", "the depot 9 is not among the nodes."),
        ("DEPOT_SECTION", "BACKHAUL_SECTION", "line 23: the section BACKHAUL_SECTION is not understood."),
    ],
)
def test_what_cannot_be_solved_is_said_in_a_sentence(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A field that is ignored would give a cost that looks right and is not."""
    with pytest.raises(Unreadable) as refused:
        _ = read_instance(changed(tmp_path, SIX, old, new)).problem
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2 0 90", "2 90 0", "the time window 90–0 of node 2 makes no sense."),
        ("1 0 100", "1 0 99999", "the depot closes at 99,999; the latest possible is 17,280."),
        ("6 0 90\n7 0 90\nPRIZE", "6 0 90\nPRIZE", "TIME_WINDOW_SECTION does not fit DIMENSION 7: look at node 7."),
    ],
)
def test_windows_that_make_no_sense_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    """The node's own number is told, as it stands in the file."""
    with pytest.raises(Unreadable) as refused:
        read_instance(changed(tmp_path, PRIZES, old, new))
    assert str(refused.value) == words


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A typing error in a path is the most common one."""
    with pytest.raises(Unreadable, match="cannot be read"):
        read_instance(tmp_path / "none.vrp")


@pytest.mark.skipif(PUBLIC is None, reason="VRP_FILES names no folder of public .vrp and .sol files")
def test_the_public_solutions_cost_what_they_claim() -> None:
    """The public sets are not part of the project; where they are at hand, every .sol is re-costed to the digit."""
    paths = sorted(Path(PUBLIC or "").glob("*.vrp"))
    assert paths
    for path in paths:
        instance = read_instance(path)
        routes, claimed = read_solution(path.with_suffix(".sol"))
        verdict = judge(instance.problem, instance.orders(routes))
        assert verdict.good, path.name
        assert instance.told(verdict.cost) == claimed, path.name
