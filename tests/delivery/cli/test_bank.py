"""`flask bank import`: each credit once, whatever told of it first, and what cannot be read named by its line."""

from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from delivery.store.treasury import BankTransfer
from delivery.wiring import Wiring
from tests.delivery.money.bank_notices import payable, told
from tests.factories import Town

HEAD = "Ngày giao dịch;Số tham chiếu;Ghi có;Nội dung\n"


def call(app: Flask, *words: str, given: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["bank", "import", *words], input=given)


def kept(wiring: Wiring) -> int:
    with wiring.work("job:test") as unit:
        return unit.session.scalar(select(func.count()).select_from(BankTransfer)) or 0


def test_a_statement_is_taken_in_once_and_joins_what_the_hook_told(
    app: Flask, wiring: Wiring, town: Town, tmp_path: Path
) -> None:
    """A clerk who is unsure simply imports again."""
    (first, due), (second, _) = payable(wiring, town), payable(wiring, town, 2)
    told(wiring, first, due, "FT1")
    rows = f"30/11/2026;FT1;{due};{first}\n30/11/2026;FT2;{due};{second}\n30/11/2026;FT3;{due};{second}\n"
    file = tmp_path / "statement.csv"
    file.write_text(HEAD + rows + "30/11/2026;FT4;5.000;?\n30/11/2026;FT5;;phi\n", encoding="utf-8")
    done = call(app, str(file))
    assert done.exit_code == 0, done.output
    assert done.output == (
        "New: 3 transfers (1 matched, 1 waiting for a person, 1 to give back). "
        "Known before: 1. Left aside: 0. No credits: 1.\n"
    )
    again = call(app, str(file))
    assert again.output.startswith("New: 0 transfers")
    assert "Known before: 4." in again.output
    assert kept(wiring) == 4


def test_a_dry_run_says_the_same_and_keeps_nothing(app: Flask, wiring: Wiring, town: Town) -> None:
    """Before the real thing, and as often as one likes."""
    number, due = payable(wiring, town)
    given = HEAD + f"30/11/2026;FT1;{due};{number}\n30/11/2026;FT1;{due};{number}\n30/11/2026;FT1;1;{number}\n"
    for _repeat in range(2):
        tried = call(app, "--dry-run", "-", given=given)
        assert tried.stdout.splitlines()[-1] == (
            "Would be new: 1 transfers (1 matched, 0 waiting for a person, 0 to give back). "
            "Known before: 1. Left aside: 1. No credits: 0."
        )
    assert kept(wiring) == 0
    done = call(app, "-", given=given)
    assert done.stdout.splitlines()[-1] == tried.stdout.splitlines()[-1].replace("Would be new", "New")


def test_what_is_left_aside_is_named_by_its_line(app: Flask, wiring: Wiring, town: Town) -> None:
    """Exit code 1, so that a nightly script is noticed; nobody's name is printed."""
    told(wiring, "", 30_000, "FT1")
    given = HEAD + "30/11/2026;FT1;40.000;NGUYEN VAN A\nmai;FT2;1.000;NGUYEN VAN A\n30/11/2026;FT3;1.000;x\n"
    done = call(app, "-", given=given)
    assert done.exit_code == 1
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["Line 2", "Line 3", "New"]
    assert "NGUYEN" not in done.output
    assert kept(wiring) == 2


def test_a_file_that_is_no_statement_is_one_sentence(app: Flask) -> None:
    """And which headings it would need."""
    done = call(app, "-", given="a,b\n")
    assert done.exit_code == 1
    assert "Transaction date, Reference, Credit, Description" in done.output
    assert len(done.output.strip().splitlines()) == 1
