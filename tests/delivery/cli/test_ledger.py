"""`flask ledger`: what an auditor or a night job runs, and what it says when something is wrong."""

import pytest
from flask import Flask
from sqlalchemy import update

from delivery.store.treasury import Shift
from delivery.wiring import Wiring
from tests.arrangements import Builder
from tests.delivery.money.full_day import FullDay, full_day


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> Builder | None:
    """The full day, for those who ask for it."""
    return full_day if "day" in request.fixturenames else None


@pytest.fixture
def day(arranged: FullDay) -> FullDay:
    """A day on which money moved in every way."""
    return arranged


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["ledger", *words])
    return result.exit_code, result.output


def test_books_that_tie_out_are_printed_and_the_command_succeeds(app: Flask, day: FullDay) -> None:
    """A night job looks at nothing but the exit code; a person wants the table."""
    code, said = _run(app, "check")
    assert code == 0, said
    assert "0 faults." in said
    for book in ("postage", "agency_fee"):
        assert book in said
    assert "suspense" in said


def test_one_days_table_holds_that_days_postings(app: Flask, day: FullDay) -> None:
    """The evening's table is compared with the evening's papers."""
    code, said = _run(app, "check", "--day", "2026-12-01")
    assert code == 0, said
    assert "postage on 2026-12-01" in said
    assert "revenue" not in said


def test_a_fault_is_named_and_the_command_fails(app: Flask, day: FullDay, wiring: Wiring) -> None:
    """Exit code 1 wakes somebody; the sentence tells them where to look."""
    with wiring.work("job:thief") as unit:
        unit.session.execute(update(Shift).values(postage=Shift.postage - 1000, variance=Shift.variance + 1000))
    code, said = _run(app, "check")
    assert code == 1
    assert "Shift of courier.sg.1 2026-11-30: postage says" in said


def test_who_holds_money_is_shown_by_name(app: Flask, day: FullDay) -> None:
    """The sums of an account mean little until one sees whose they are."""
    code, said = _run(app, "show")
    assert code == 0, said
    assert [line for line in said.splitlines() if line.startswith("agency_fee  payable") and line.endswith("H29")]
    assert [line for line in said.splitlines() if line.startswith("postage     variance") and "20,000" in line]


def test_a_day_that_is_no_day_is_refused(app: Flask) -> None:
    """A typing error is answered in one sentence."""
    code, said = _run(app, "show", "--day", "yesterday")
    assert code == 2
    assert "does not match the format" in said
