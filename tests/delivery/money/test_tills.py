"""What an office's till holds goes to the bank once, and never more than it holds."""

import pytest
from sqlalchemy import func, select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.ledger import Side, balance
from delivery.money.shifts import VarianceReason, close
from delivery.money.tills import Till, deposit, till, till_locked
from delivery.store.ledger import Account, LedgerBook
from delivery.store.treasury import Deposit
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.cash import FEE, carrying, purse
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Two items' cash lies in the till of Sài Gòn."""
    made = carrying(wiring, town, clock)
    with made.work(CLERK) as unit:
        close(unit, courier_id=made.courier, office_id=made.office, counted=purse(made))
    return made


def holds(post: Post) -> Till:
    """What the till holds now."""
    with post.work(CLERK) as unit:
        return till(unit, post.office)


def deposits(post: Post, postage: int, agency_fee: int, slip: str = "NT 0001") -> Deposit:
    """The clerk paid it into the bank."""
    with post.work(CLERK) as unit:
        return deposit(unit, office_id=post.office, postage=postage, agency_fee=agency_fee, slip=slip)


def test_a_deposit_moves_each_book_from_the_till_to_the_bank(post: Post) -> None:
    """The two moneys stay apart at the bank as they were at the door."""
    before = holds(post)
    deposits(post, before.postage, FEE)
    assert holds(post) == Till(postage=0, agency_fee=before.agency_fee - FEE)
    with post.work(CLERK) as unit:
        assert balance(unit, LedgerBook.POSTAGE, Side(Account.BANK)) == before.postage
        assert balance(unit, LedgerBook.AGENCY_FEE, Side(Account.BANK)) == FEE


def test_the_same_slip_acts_once(post: Post) -> None:
    """Two clerks type the same paper, one of them in small letters."""
    first = deposits(post, 1_000, FEE)
    assert deposits(post, 1_000, FEE, slip=" nt  0001").id == first.id
    with post.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Deposit)) == 1


def test_a_slip_with_other_sums_is_refused(post: Post) -> None:
    """One of the two was mistyped, and only the paper says which."""
    deposits(post, 1_000, FEE)
    with pytest.raises(Refused, match="recorded with other sums"):
        deposits(post, 2_000, FEE)


@pytest.mark.parametrize(("more_postage", "more_fee"), [(1, 0), (0, 1)])
def test_no_more_is_deposited_than_the_till_holds_of_each_book(post: Post, more_postage: int, more_fee: int) -> None:
    """An agency's fee never makes up for postage that is not there, nor the other way round."""
    before = holds(post)
    with pytest.raises(Refused, match="The till holds"):
        deposits(post, before.postage + more_postage, before.agency_fee + more_fee)
    assert holds(post) == before


def test_a_shortage_larger_than_the_postage_leaves_fees_that_wait_for_their_notes(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """The fees are owed whole, but nobody can pay in notes that were stolen."""
    post = carrying(wiring, town, clock, count=1, fee=500_000)
    with post.work(CLERK) as unit:
        close(unit, courier_id=post.courier, office_id=post.office, counted=100_000, reason=VarianceReason.STOLEN)
    assert holds(post).agency_fee == 500_000
    assert holds(post).total == 100_000
    with pytest.raises(Refused, match="The till holds"):
        deposits(post, 0, 500_000)
    deposits(post, 0, 100_000)
    assert holds(post).total == 0


@pytest.mark.parametrize(
    ("postage", "fee", "slip", "words"),
    [
        (0, 0, "NT1", "how much"),
        (-1, 5, "NT1", "cannot be right"),
        (1, 0, "  ", "number on the bank's slip"),
        (1, 0, "N" * 81, "number on the bank's slip"),
        (1, 0, "NT\x00", "number on the bank's slip"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused(post: Post, postage: int, fee: int, slip: str, words: str) -> None:
    """Each mistake is named where it was typed."""
    with pytest.raises(Invalid, match=words):
        deposits(post, postage, fee, slip)


def test_an_unknown_office_has_no_till(post: Post) -> None:
    """A wrong id must not read as an empty till."""
    with post.work(CLERK) as unit, pytest.raises(NotFound):
        till_locked(unit, post.courier)
