"""Lines add up or are not built; a frozen quote that was tampered with is refused."""

from dataclasses import replace

import pytest
from hypothesis import given

from tariffs.book import Book
from tariffs.money import Dong
from tariffs.quote import Line, Payer, Quote, Request, quote
from tests.tariffs.made_books import books, request, requests, whole_book

MADE = quote(whole_book(), request())


@given(books(), requests())
def test_a_quote_and_its_reversal_owe_nothing(book: Book, asked: Request) -> None:
    """A correction never edits: it reverses, to the last đồng, for each payer."""
    made = quote(book, asked)
    after = replace(made, lines=made.lines + tuple(line.reversal() for line in made.lines))
    assert after.net == after.vat == after.gross == 0
    assert all(after.owed_by(payer) == 0 for payer in Payer)


def test_a_reversal_says_what_it_reverses() -> None:
    """Both lines stay on the statement and must be told apart."""
    back = MADE.lines[0].reversal()
    assert back.code == "reversal.postage.base"
    assert back.words_vi == f"Đảo dòng: {MADE.lines[0].words_vi}"


def test_a_line_that_does_not_add_up_cannot_be_built() -> None:
    """The first place where a lost đồng would show."""
    with pytest.raises(ValueError, match=r"postage\.base: net 20000 and VAT 1600 do not make 21601"):
        replace(MADE.lines[0], gross=Dong(21_601))


def test_a_line_not_subject_to_vat_carries_none() -> None:
    """Not subject is not a rate."""
    with pytest.raises(ValueError, match="not subject to VAT and yet carries 1600"):
        replace(MADE.lines[0], vat_rate="not_subject")


def test_the_frozen_form_is_plain_json() -> None:
    """What stands in the database and in the API, field by field."""
    assert MADE.as_json() == {
        "book": "whole-2025-07",
        "day": "2026-11-22",
        "net": 20_000,
        "vat": 1_600,
        "gross": 21_600,
        "lines": [
            {
                "code": "postage.base",
                "rule": "services.result_return.steps[0].price.same_province",
                "source": "Đặt ra để thử",
                "payer": "addressee",
                "words_vi": "Chuyển trả kết quả, cùng tỉnh, thành phố, đến 100 g",
                "words_en": "Return of a result, same province, up to 100 g",
                "net": 20_000,
                "vat": 1_600,
                "gross": 21_600,
                "vat_rate": "8",
                "base": 0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gross": 21_601}, "its lines say"),
        ({"net": 20_000.0}, "not whole đồng"),
        ({"net": True}, "not whole đồng"),
        ({"book": None}, "not a text"),
        ({"lines": {}}, "not a list"),
        ({"lines": [1]}, "not an object"),
        ({"lines": [{}]}, "is missing"),
        ({"day": "22/11/2026"}, "Invalid isoformat"),
    ],
)
def test_what_is_not_a_frozen_quote_is_refused(change: dict[str, object], words: str) -> None:
    """A price that no longer ties must stop the statement, not enter it."""
    with pytest.raises(ValueError, match=words):
        Quote.from_json({**MADE.as_json(), **change})


def test_lines_are_known_by_their_values() -> None:
    """Two quotes of one price are equal, so a recomputation can be compared."""
    twin = Line(**{name: getattr(MADE.lines[0], name) for name in MADE.lines[0].__slots__})
    assert twin == MADE.lines[0]
