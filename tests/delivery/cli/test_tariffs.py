"""The commands for tariff books: a mistake is one sentence, a publication takes two people."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from delivery.wiring import Wiring
from tariffs import sheet, shelf
from tests.factories import PASSWORD, Town

SHIPPED = shelf.shipped_texts()["illustrative-2025-07.toml"]
NEXT = SHIPPED.replace('"illustrative-2025-07"', '"next"').replace("= 2025-07-01", "= 2027-02-01")


def call(app: Flask, *words: str | Path, given: str | None = None) -> Result:
    """Run `flask tariffs …`; a traceback would fail the test."""
    done = app.test_cli_runner().invoke(args=["tariffs", *map(str, words)], input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A book for 1 February 2027."""
    path = tmp_path / "next.toml"
    path.write_text(NEXT, encoding="utf-8")
    return path


def both(first: str = "admin", second: str = "admin.2", password: str = PASSWORD) -> str:
    """What two people type."""
    return f"{first}\n{password}\n{second}\n{password}\n"


def test_the_shipped_books_check(app: Flask) -> None:
    """Without a file, and without a database, the release checks itself."""
    done = call(app, "check")
    assert done.exit_code == 0
    assert "illustrative-2025-07 is whole: illustrative, in force from 2025-07-01" in done.output
    assert "illustrative-2027-01 is whole" in done.output


def test_a_mistake_is_one_sentence_with_its_place(app: Flask, file: Path) -> None:
    """The operator mends the line that is named."""
    file.write_text(NEXT.replace("over_g = 50", "over_g = 60", 1), encoding="utf-8")
    done = call(app, "check", file)
    assert done.exit_code == 1
    assert done.output == (
        "next.toml: services.result_return.steps[1].over_g: leaves a gap: no price from 50 g to 60 g.\n"
    )


def test_a_workbook_is_checked_like_a_text_and_its_mistake_named_by_cell(app: Flask, tmp_path: Path) -> None:
    """A clerk mails an Excel file."""
    path = tmp_path / "next.xlsx"
    path.write_bytes(sheet.write(NEXT))
    assert call(app, "check", path).exit_code == 0
    path.write_bytes(sheet.write(NEXT.replace("over_g = 50", "over_g = 60", 1)))
    assert call(app, "check", path).output.startswith("next.xlsx: Cước trả kết quả!B7: leaves a gap")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"0" * 1_000_001, None], ids=["bytes", "huge", "nothing"])
def test_a_file_that_cannot_be_read_is_one_sentence(app: Flask, tmp_path: Path, content: bytes | None) -> None:
    """No traceback for a wrong path."""
    path = tmp_path / "b.toml"
    if content is not None:
        path.write_bytes(content)
    done = call(app, "check", path)
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1


def test_a_diff_is_told_in_words_and_dong_against_the_book_of_its_day(app: Flask, town: Town, file: Path) -> None:
    """From 1 January 2027 the second shipped book is in force: that one is compared."""
    file.write_text(NEXT.replace("same_commune = 18000,", "same_commune = 17500,", 1), encoding="utf-8")
    done = call(app, "diff", file)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == "illustrative-2027-01 → next, in force from 2027-02-01"
    assert "- VAT: postage 10 % → 8 %." in lines
    assert "0 prices rise, 1 fall, 44 stay (before VAT)." in lines
    table = lines[lines.index("Return of a result") + 1 :]
    assert "18.000 đ → 17.500 đ (-500)" in table[1]
    assert len({len(line) for line in table}) == 1


def test_a_book_that_changes_nothing_says_so(app: Flask, town: Town, file: Path) -> None:
    """Title and day always change; a copy under another code of the same day does not."""
    second = shelf.shipped_texts()["illustrative-2027-01.toml"].replace(
        'code = "illustrative-2027-01"', 'code = "copy"'
    )
    file.write_text(second, encoding="utf-8")
    assert call(app, "diff", file).output.endswith("Nothing else changes.\n")


def test_two_people_publish_and_the_list_shows_it(app: Flask, town: Town, wiring: Wiring, file: Path) -> None:
    """Through a pipe, as a script or two people at one terminal would."""
    done = call(app, "publish", file, given=both())
    assert done.output == "next is published and in force from 2027-02-01.\n"
    assert [book.code for book in wiring.books][-1] == "next"
    assert call(app, "list").output.splitlines() == [
        "2025-07-01  illustrative-2025-07  illustrative  published",
        "2027-01-01  illustrative-2027-01  illustrative  published",
        "2027-02-01  next                  illustrative  published",
    ]


def test_one_person_may_propose_and_leave_the_approval_to_the_desk(
    app: Flask, town: Town, wiring: Wiring, file: Path
) -> None:
    """The second administrator sits in another room."""
    done = call(app, "publish", "--propose-only", file, given=f"admin\n{PASSWORD}\n")
    assert done.output == "next is proposed: another administrator approves it at the desk.\n"
    assert len(wiring.books) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (both(second="admin"), "One person cannot both propose and approve"),
        (both(password="wrong"), "Proposer: login or password is wrong"),
        (both(second="auditor"), "Approver: auditor is no administrator"),
        (f"admin\n{PASSWORD}\n", "Approver, login is missing"),
        ("", "Proposer, login is missing"),
    ],
)
def test_without_two_administrators_nothing_is_proposed(
    app: Flask, town: Town, file: Path, given: str, sentence: str
) -> None:
    """Both sign in before anything is written."""
    done = call(app, "publish", file, given=given)
    assert done.exit_code == 1
    assert done.output.startswith(sentence)
    assert "next" not in call(app, "list").output


def test_a_book_that_reaches_back_is_refused_in_one_sentence(app: Flask, town: Town, file: Path) -> None:
    """The same rules as at the desk."""
    file.write_text(NEXT.replace("2027-02-01", "2026-11-30"), encoding="utf-8")
    done = call(app, "publish", file, given=both())
    assert done.exit_code == 1
    assert "no book reaches back" in done.output


def test_seeding_may_be_repeated_and_an_empty_list_says_what_to_do(app: Flask) -> None:
    """A fresh database knows no book, and one command mends that."""
    empty = call(app, "list")
    assert empty.exit_code == 1
    assert empty.output == "There are no tariff books: run flask tariffs seed.\n"
    assert call(app, "seed").output == "2 tariff books were published.\n"
    assert call(app, "seed").output == "Tariff books are there already.\n"


def test_a_diff_without_any_book_says_what_to_do(app: Flask, file: Path) -> None:
    """Nothing to compare with is no crash."""
    done = call(app, "diff", file)
    assert done.exit_code == 1
    assert "run flask tariffs seed" in done.output
