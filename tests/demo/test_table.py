"""The demo's figures: counted as they say, whole in the JSON, and readable."""

import json
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

from rich.console import Console

from demo import table
from demo.ledger import Track
from demo.results import make_results
from demo.savings import Comparison, Way
from demo.table import Figures, Money, Tied
from demo.world import make_world

FIGURES = Figures(
    items=60,
    final_states=table.by_final_state(["delivered"] * 50 + ["returned"] * 10),
    unexplained=0,
    on_time=45,
    due=50,
    first_attempt=40,
    visited=55,
    days=16,
    messages=190,
    segments=191,
    metres=17_340,
    compared=Comparison(
        planned=Way(metres=3_600, seconds=900),
        first_come=Way(metres=10_200, seconds=1_800),
        numbers=frozenset({"RD1", "RD2", "RD3"}),
    ),
    money=Money(addressee=31_000, agency=2_000, subsidy=1_000, agency_fees=50_000),
    ledger=Tied(postings=900, faults=(), cash=70_000, by_transfer=3, remitted=2),
    reasons=("NOT_HOME",),
    seconds={"set-up": 20.0, "plan": 3.0, "count": 2.5},
)


def test_every_final_state_has_its_line_even_when_nothing_came_to_it() -> None:
    """A missing line reads like a forgotten one."""
    assert FIGURES.final_states == {"cancelled": 0, "delivered": 50, "lost": 0, "returned": 10}


def test_what_is_not_final_is_named_in_the_table() -> None:
    """An item that is stuck must not hide behind a total."""
    assert table.by_final_state(["delivered", "held"])["held"] == 1


def test_the_setting_up_is_no_part_of_the_time() -> None:
    """The promise of three minutes is about the job."""
    assert FIGURES.total_seconds == 5.5


def test_the_json_holds_what_the_issue_asks_for(tmp_path: Path) -> None:
    """Other programs read it: items, final states, unexplained, seconds by step, sms, km."""
    path = tmp_path / "deep" / "demo.json"
    table.keep(FIGURES, path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["items"] == 60
    assert sum(kept["final_states"].values()) == 60
    assert kept["unexplained"] == 0
    assert kept["sms"] == {"messages": 190, "segments": 191}
    assert kept["km"] == 17.3
    assert kept["seconds"]["plan"] == 3.0


def test_the_table_says_how_many_are_unexplained() -> None:
    """That line is what the whole demo is for."""
    shown = Console(file=StringIO(), width=100)
    table.show(shown, FIGURES)
    assert isinstance(shown.file, StringIO)
    assert "unexplained items" in shown.file.getvalue()
    assert "81.8%" not in shown.file.getvalue()
    assert "72.7% (40 of 55)" in shown.file.getvalue()


def test_planning_is_held_against_first_come_for_each_item() -> None:
    """The figure by which an office decides whether planning is worth it; no item at all is no division by zero."""
    shown = Console(file=StringIO(), width=100)
    table.show(shown, FIGURES)
    table.show(shown, replace(FIGURES, compared=Comparison()))
    assert isinstance(shown.file, StringIO)
    rows = [" ".join(line.split()) for line in shown.file.getvalue().splitlines() if "per item" in line]
    assert rows == [
        "│ km per item │ 1.20 planned, 3.40 first come (−65%) │",
        "│ minutes on the road per item │ 5.0 planned, 10.0 first come (−50%) │",
        "│ km per item │ – │",
        "│ minutes on the road per item │ – │",
    ]
    assert FIGURES.as_json()["per_item"] == {
        "km": {"planned": 1.2, "first_come": 3.4},
        "minutes": {"planned": 5.0, "first_come": 10.0},
    }


def test_on_time_is_by_the_day_promised_and_a_visit_that_failed_is_no_first_success(listed: list[str]) -> None:
    """Both figures are of those handed over or visited, not of all."""
    results = make_results(make_world(listed, 60), date(2026, 11, 23))
    due = [date.fromisoformat(str(result.submission["due_day"])) for result in results]
    tracks = [Track(result=result, number=f"RD{at}", placed=True, home="BC1") for at, result in enumerate(results)]
    tracks[0].delivered_on = due[0]
    tracks[1].delivered_on, tracks[1].visits = date(2027, 1, 1), 1
    tracks[2].visits = 2
    tracks[3].delivered_on, tracks[3].to_counter = due[3], True
    assert table.on_time(tracks) == (2, 3)
    assert table.first_attempt(tracks) == (1, 3)


def test_postage_counts_once_it_is_frozen_and_a_fee_once_it_is_taken() -> None:
    """An estimate for what never left its agency is nobody's money."""
    price = {"frozen": True, "due_from_addressee": 30, "due_from_agency": 2, "due_from_subsidy": 1}
    items: list[dict[str, object]] = [
        {"state": "delivered", "agency_fee": 50, "price": price},
        {"state": "returned", "agency_fee": 70, "price": price},
        {"state": "cancelled", "agency_fee": 90, "price": price | {"frozen": False}},
        {"state": "returned", "agency_fee": 0, "price": None},
    ]
    assert table.money_of(items) == Money(addressee=60, agency=4, subsidy=2, agency_fees=50)


def test_what_the_check_of_the_ledger_names_is_told() -> None:
    """A demo that does not tie out must say where, and a check that said nothing is no proof."""
    said = "postage\n  bank 1 2 3\nItem RV1: charged 5, quoted 6.\n12 postings, 1 faults.\n"
    assert table.tied(said, cash=1, by_transfer=0, remitted=0).faults == ("Item RV1: charged 5, quoted 6.",)
    assert table.tied("900 postings, 0 faults.\n", cash=1, by_transfer=0, remitted=0).postings == 900
    assert table.tied("", cash=1, by_transfer=0, remitted=0).faults
