"""Which book holds on a day, and what a book can be asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.book import Book, MaximumBasis, NoBookInForce, Service, Zone, in_force
from tests.tariffs.made_books import whole_book

FIRST = whole_book()
SECOND = replace(FIRST, code="whole-2027-01", in_force_from=date(2027, 1, 1))


def test_the_book_changes_between_two_days() -> None:
    """A price of 31 December is by the old book, one of 1 January by the new."""
    assert in_force([FIRST, SECOND], date(2026, 12, 31)) is FIRST
    assert in_force([FIRST, SECOND], date(2027, 1, 1)) is SECOND


@given(st.integers(0, 2000), st.permutations([FIRST, SECOND]))
def test_the_order_of_the_books_does_not_matter(days: int, books: list[Book]) -> None:
    """Rows come from a database in any order."""
    day = FIRST.in_force_from + timedelta(days=days)
    assert in_force(books, day) is in_force([FIRST, SECOND], day)


def test_a_day_before_every_book_has_no_price_and_says_so() -> None:
    """A wrong date must read as one, in both languages."""
    with pytest.raises(NoBookInForce) as caught:
        in_force([FIRST, SECOND], date(2025, 6, 30))
    assert caught.value.code == "no-tariff-book"
    assert caught.value.vi == "Không có biểu cước nào có hiệu lực vào ngày 30/06/2025."
    assert caught.value.en == "No tariff book is in force on 2025-06-30."


def test_two_books_on_one_day_are_no_answer() -> None:
    """Which of two prices holds is not for a program to guess."""
    twin = replace(FIRST, code="twin")
    with pytest.raises(NoBookInForce, match="whole-2025-07") as caught:
        in_force([FIRST, twin], date(2026, 1, 1))
    assert caught.value.code == "two-tariff-books"


@pytest.mark.parametrize(("items", "tier"), [(0, None), (999, None), (1000, "v1"), (4999, "v1"), (5000, "v2")])
def test_last_months_count_earns_the_highest_tier_it_reaches(items: int, tier: str | None) -> None:
    """The tier is fixed on the 1st by this count."""
    assert FIRST.volume_tier(items) == tier


def test_the_legal_maximum_adds_further_steps_and_legs() -> None:
    """1,200 g is the last step and two further ones."""
    one = FIRST.legal_maximum(Service.RESULT_RETURN, Zone.SAME_PROVINCE, 1_200)
    both = FIRST.legal_maximum(Service.BOTH_WAYS, Zone.SAME_PROVINCE, 1_200)
    assert one == 30_000 + 2 * 4_000
    assert both == one + 30_000 + 2 * 4_000


def test_a_book_without_a_legal_maximum_says_none() -> None:
    """None known is not the same as none allowed."""
    free = replace(FIRST, maximum_basis=MaximumBasis.NONE)
    assert free.legal_maximum(Service.RESULT_RETURN, Zone.SAME_COMMUNE, 50) is None
