"""A courier's cash is counted against what was taken: once, with a reason and an owner for every difference."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from delivery.errors import Invalid, NotFound, Refused, Trouble
from delivery.money.charging import Taker, take_payment
from delivery.money.ledger import Side, balance
from delivery.money.shifts import VarianceReason, carried, close, closed_on, in_hand, shift_named
from delivery.money.tills import till
from delivery.store.ledger import Account, LedgerBook, Posting
from delivery.store.money import Payment
from delivery.store.queries.items import locked_by_number
from delivery.store.treasury import Shift
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, COURIER, Post
from tests.delivery.money.cash import FEE, accepted, carrying, purse
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Two items were handed over for cash, each with postage and an agency's fee."""
    return carrying(wiring, town, clock)


def closes(
    post: Post,
    counted: int,
    *,
    reason: VarianceReason | None = None,
    owner: UUID | None = None,
    expected: int | None = None,
) -> Shift:
    """The clerk closes the courier's shift on `counted`."""
    with post.work(CLERK) as unit:
        return close(
            unit,
            courier_id=post.courier,
            office_id=post.office,
            counted=counted,
            reason=reason,
            owner=owner,
            expected=expected,
        )


def held(post: Post, book: LedgerBook, account: Account, party: UUID | None = None) -> int:
    """An account's balance."""
    with post.work(CLERK) as unit:
        return balance(unit, book, Side(account, party))


def test_what_a_courier_carries_is_named_item_by_item(post: Post) -> None:
    """Who asks where the money is must be told for which envelope it was taken."""
    with post.work(CLERK) as unit:
        (found,) = carried(unit, office_id=post.office)
        assert (found.items, found.agency_fee, found.since) == (2, 2 * FEE, unit.now)
        assert found.total == found.postage + found.agency_fee == sum(each.amount for each in found.payments)
        assert carried(unit, office_id=post.town.tan_dinh) == ()
        assert in_hand(unit, courier_id=post.town.couriers["courier.sg.2"]) is None


def test_a_close_moves_both_moneys_from_the_hand_into_the_till(post: Post) -> None:
    """Afterwards the courier owes nothing and the office has all of it, book by book."""
    expected = purse(post)
    shift = closes(post, expected, expected=expected)
    assert (shift.variance, shift.reason, shift.owner_id) == (0, None, None)
    assert shift.agency_fee == 2 * FEE
    with post.work(CLERK) as unit:
        holds = till(unit, post.office)
        assert (holds.postage, holds.agency_fee) == (shift.postage, 2 * FEE)
        listed = closed_on(unit, office_id=post.office, day=unit.today)
        assert [(each.id, name) for each, name in listed] == [(shift.id, "courier.sg.1")]
    for book in LedgerBook:
        assert held(post, book, Account.COURIER, post.courier) == 0


def test_a_close_shows_the_payments_that_it_took_over_to_its_own_office_only(post: Post) -> None:
    """The courier signs for a list, not for a sum."""
    shift = closes(post, purse(post))
    with post.work(CLERK) as unit:
        found, taken = shift_named(unit, shift_id=shift.id, office_id=post.office)
        assert sum(each.amount for each in taken) == found.counted
        assert len({each.number for each in taken}) == 2
        with pytest.raises(NotFound):
            shift_named(unit, shift_id=shift.id, office_id=post.town.tan_dinh)


def test_a_shift_is_closed_once(post: Post) -> None:
    """The second clerk reads why there is nothing to count."""
    closes(post, purse(post))
    with pytest.raises(Refused, match="carries no cash"):
        closes(post, 0)


@pytest.mark.parametrize("difference", [-20_000, 5_000])
def test_a_difference_needs_a_reason(post: Post, difference: int) -> None:
    """Money that nobody explains is money that nobody looks for."""
    with pytest.raises(Refused, match="give a reason and an owner") as refusal:
        closes(post, purse(post) + difference)
    assert refusal.value.facts["variance"] == difference
    assert purse(post) > 0


def test_a_shortage_is_the_posts_and_its_owner_answers_for_it(post: Post) -> None:
    """An agency's fee stays whole: the citizen paid it, whatever the courier's purse lost."""
    shift = closes(post, purse(post) - 20_000, reason=VarianceReason.LOST)
    assert (shift.variance, shift.owner_id) == (-20_000, post.courier)
    assert held(post, LedgerBook.POSTAGE, Account.VARIANCE, post.courier) == 20_000
    assert held(post, LedgerBook.POSTAGE, Account.TILL, post.office) == shift.postage - 20_000
    assert held(post, LedgerBook.AGENCY_FEE, Account.TILL, post.office) == 2 * FEE


def test_a_surplus_is_kept_for_its_owner(post: Post) -> None:
    """Somebody was given too little change and may come back for it."""
    clerk = post.town.staff["clerk.sg"]
    closes(post, purse(post) + 5_000, reason=VarianceReason.WRONG_CHANGE, owner=clerk)
    assert held(post, LedgerBook.POSTAGE, Account.VARIANCE, clerk) == -5_000


@pytest.mark.parametrize(
    ("difference", "reason"),
    [(-1_000, VarianceReason.FOUND_LATER), (1_000, VarianceReason.STOLEN), (1_000, VarianceReason.COUNTERFEIT)],
)
def test_a_reason_fits_the_difference(post: Post, difference: int, reason: VarianceReason) -> None:
    """Nothing was stolen where there is too much."""
    with pytest.raises(Invalid, match="does not explain"):
        closes(post, purse(post) + difference, reason=reason)


def test_only_people_of_the_office_answer_for_a_difference(post: Post) -> None:
    """A stranger's name would end the search before it begins."""
    for stranger in (post.town.staff["clerk.td"], post.town.couriers["courier.td.1"], post.office):
        with pytest.raises(Invalid, match="of this office"):
            closes(post, 0, reason=VarianceReason.LOST, owner=stranger)
    shift = closes(post, 0, reason=VarianceReason.LOST, owner=post.town.couriers["courier.sg.2"])
    assert shift.owner_id == post.town.couriers["courier.sg.2"]


@pytest.mark.parametrize("counted", [-1, 10**12])
def test_an_impossible_count_is_refused(post: Post, counted: int) -> None:
    """A slip of the keyboard must not become a courier's debt of billions."""
    with pytest.raises(Invalid, match="cannot be right"):
        closes(post, counted, reason=VarianceReason.MISCOUNTED)


def test_another_offices_courier_cannot_be_closed_here(post: Post) -> None:
    """The cash would land in the wrong till."""
    with post.work(CLERK) as unit, pytest.raises(NotFound, match="no such courier"):
        close(unit, courier_id=post.courier, office_id=post.town.tan_dinh, counted=0)


def test_money_taken_after_the_count_was_shown_asks_for_another_count(post: Post) -> None:
    """Otherwise the new money would look like a shortage that the courier has to explain."""
    shown = purse(post)
    (number,) = accepted(post, 1)
    post.go_out([number])
    post.hand_over(number)
    with pytest.raises(Refused, match="took more meanwhile"):
        closes(post, shown, expected=shown)


def test_a_payment_that_commits_during_a_close_stays_open_for_the_next(post: Post) -> None:
    """The courier's phone reports from the road while the clerk counts: neither waits, nothing is lost between."""
    expected = purse(post)
    (number,) = accepted(post, 1)
    with post.work(CLERK) as closing:
        shift = close(closing, courier_id=post.courier, office_id=post.office, counted=expected)
        with post.work(COURIER) as unit:
            taken = take_payment(unit, locked_by_number(unit, number), taker=Taker(courier_id=post.courier))
    assert purse(post) == taken.total > 0
    assert shift.counted == expected
    assert closes(post, taken.total).counted == taken.total


def test_of_closes_at_the_same_time_one_wins(post: Post) -> None:
    """Two clerks, one courier: the cash must not be put into the till twice."""
    expected = purse(post)
    told = _together(4, lambda: closes(post, expected, expected=expected))
    assert [each for each in told if each is None] == [None]
    assert {each.code for each in told if each is not None} == {"nothing-to-close"}
    with post.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Shift)) == 1
        assert till(unit, post.office).total == expected
        assert unit.session.scalars(select(Payment.id).where(Payment.shift_id.is_(None))).all() == []
        of_closes = unit.session.scalars(select(Posting).where(Posting.key.like("shift:%"))).all()
        assert sum(each.amount for each in of_closes) == expected


def test_closes_and_payments_at_the_same_time_lose_no_dong(post: Post) -> None:
    """Whatever the order, each đồng is either in the till or still in the hand."""
    numbers = accepted(post, 6)
    before = purse(post)

    def pay(number: str) -> int:
        with post.work(COURIER) as unit:
            return take_payment(unit, locked_by_number(unit, number), taker=Taker(courier_id=post.courier)).total

    def close_all() -> None:
        for _ in range(3):
            with post.work(CLERK) as unit:
                now = in_hand(unit, courier_id=post.courier)
                if now is not None:
                    close(
                        unit,
                        courier_id=post.courier,
                        office_id=post.office,
                        counted=now.total,
                        reason=VarianceReason.MISCOUNTED,
                    )

    threads = [threading.Thread(target=pay, args=(number,)) for number in numbers]
    threads.append(threading.Thread(target=close_all))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with post.work(CLERK) as unit:
        taken = unit.session.scalars(select(func.coalesce(func.sum(Payment.amount), 0))).one()
        off = unit.session.scalars(select(func.coalesce(func.sum(Shift.variance), 0))).one()
        in_till = till(unit, post.office).total
    assert taken > before
    assert in_till + purse(post) == taken + off


def _together(times: int, act: Callable[[], object]) -> list[Trouble | None]:
    """Run `act` in threads that start at the same moment; what each was told, None for those that were not refused."""
    gate = threading.Barrier(times)
    told: list[Trouble | None] = []

    def run() -> None:
        gate.wait()
        try:
            act()
        except Trouble as trouble:
            told.append(trouble)
        else:
            told.append(None)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
