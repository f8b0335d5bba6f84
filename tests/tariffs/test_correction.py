"""A correction edits nothing: what it adds makes the new sums, for each payer and to the last đồng."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.book import Book, Payer
from tariffs.correction import difference
from tariffs.lines import Line, Quote
from tariffs.quote import Request, quote
from tests.tariffs.made_books import books, claim, request, requests, whole_book

BOOK = whole_book()


def with_added(before: Quote, added: tuple[Line, ...]) -> Quote:
    """The quote with the correction's lines under its own."""
    return replace(before, lines=before.lines + added)


def sums(made: Quote) -> tuple[int, ...]:
    """Net, VAT, and what each payer owes."""
    return (made.net, made.vat, made.gross, *(made.owed_by(payer) for payer in Payer))


@given(books(), requests(), requests())
def test_before_and_the_difference_make_after_for_each_payer(book: Book, one: Request, other: Request) -> None:
    """Whatever changed: weight, options, waivers, even who pays."""
    before, after = quote(book, one), quote(book, replace(other, day=one.day))
    added = difference(before, after)
    assert sums(with_added(before, added)) == sums(after)
    for rate in {line.vat_rate for line in (*before.lines, *after.lines)}:
        taxed = [line for line in (*before.lines, *added) if line.vat_rate == rate]
        assert sum(line.net for line in taxed) == sum(line.net for line in after.lines if line.vat_rate == rate)


@given(books(), requests(), requests())
def test_there_and_back_restores_the_price(book: Book, one: Request, other: Request) -> None:
    """A correction that was itself wrong is corrected by the same means, and no đồng stays behind."""
    before, after = quote(book, one), quote(book, other)
    corrected = with_added(before, difference(before, after))
    again = with_added(corrected, difference(after, before))
    assert sums(again) == sums(before)


@given(books(), requests())
def test_what_did_not_change_adds_no_line(book: Book, asked: Request) -> None:
    """A statement that lists a reversal for nothing is read twice by somebody."""
    made = quote(book, asked)
    assert difference(made, made) == ()


@given(books(), requests())
def test_reversing_twice_restores_each_line(book: Book, asked: Request) -> None:
    """A reversal is exact, so the reversal of a reversal is the amount that there was."""
    for line in quote(book, asked).lines:
        twice = line.reversal().reversal()
        assert (twice.net, twice.vat, twice.gross, twice.base) == (line.net, line.vat, line.gross, line.base)
        assert (twice.payer, twice.rule, twice.source) == (line.payer, line.rule, line.source)


@given(books(), requests(), st.lists(st.integers(1, 2_000), min_size=1, max_size=4))
def test_a_chain_of_corrections_ends_at_the_last_price(book: Book, asked: Request, weights: list[int]) -> None:
    """The scales were wrong, then right, then wrong again: only the last weight counts."""
    standing = last = quote(book, asked)
    for weight in weights:
        new = quote(book, replace(asked, weight_g=weight))
        standing, last = with_added(standing, difference(last, new)), new
    assert sums(standing) == sums(last)


def test_lines_that_both_have_stay_as_they_are() -> None:
    """An option that came later adds its line and reverses none."""
    before = quote(BOOK, request())
    after = quote(BOOK, request(options=frozenset({"hand_to_addressee"})))
    assert [line.code for line in difference(before, after)] == ["surcharge.hand_to_addressee"]


def test_a_waiver_seen_later_adds_its_two_lines_and_makes_no_money() -> None:
    """The paper was shown at the counter: the subsidy takes over what the addressee no longer owes."""
    before = quote(BOOK, request())
    after = quote(BOOK, request(waivers=frozenset({claim("poor_household")})))
    added = difference(before, after)
    assert [line.payer for line in added] == [Payer.ADDRESSEE, Payer.SUBSIDY]
    assert sum(line.gross for line in added) == 0


def test_a_heavier_weight_reverses_its_line_and_adds_the_new_one() -> None:
    """Both stay to be read: what was charged, that it was taken back, and what is charged now."""
    added = difference(quote(BOOK, request(weight_g=50)), quote(BOOK, request(weight_g=200)))
    assert [(line.code, line.gross) for line in added] == [("reversal.postage.base", -21_600), ("postage.base", 25_920)]


def test_a_price_is_not_corrected_by_another_book() -> None:
    """What was frozen stays under the book of its day."""
    other = replace(quote(BOOK, request()), book="another")
    with pytest.raises(ValueError, match="corrected by whole-2025-07, not by another"):
        difference(quote(BOOK, request()), other)
