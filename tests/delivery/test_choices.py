"""What citizens may choose, and that each choice does what it says."""

from datetime import date

import pytest

from delivery import choices, returning
from delivery.errors import Invalid, Refused
from delivery.rules.calendar import HalfDay
from delivery.rules.reasons import Reason
from delivery.rules.states import Happening, State
from delivery.store.items import Item, NextStep, Placed
from delivery.vault import Reason as Opening
from delivery.vault import Vault
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town

CITIZEN = "citizen:0a1b"
THURSDAY = date(2026, 12, 3)


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def _options(post: Post, number: str) -> choices.Options:
    item = post.item(number)
    with post.wiring.work(CITIZEN) as unit:
        return choices.options(unit, unit.session.get_one(Item, item.id))


def _later(post: Post, number: str, day: date, half_day: HalfDay | None = None) -> None:
    item_id = post.item(number).id
    with post.wiring.work(CITIZEN) as unit:
        choices.choose_later(unit, item_id, post.wiring.books, day=day, half_day=half_day, via="page")


def _counter(post: Post, number: str) -> None:
    item_id = post.item(number).id
    with post.wiring.work(CITIZEN) as unit:
        choices.choose_counter(unit, item_id, via="page")


def test_an_item_on_the_shelf_offers_everything(post: Post) -> None:
    """Ten working days from tomorrow, either half, the counter, another person, another address."""
    offered = _options(post, post.one())
    assert offered.any
    assert (offered.days[0], len(offered.days)) == (date(2026, 12, 1), 10)
    assert date(2026, 12, 5) not in offered.days, "a Saturday"
    assert offered.half_days == (HalfDay.MORNING, HalfDay.AFTERNOON)
    assert offered.counter
    assert offered.person
    assert offered.address


def test_an_item_that_goes_back_is_recalled_or_done_offers_nothing(post: Post) -> None:
    """A button that cannot act must not be shown."""
    refused, recalled, done = post.out(3)
    post.fail(refused, Reason.REFUSED)
    post.hand_over(done)
    post.recall(recalled)
    for number in (refused, recalled, done):
        assert not _options(post, number).any
    with pytest.raises(Refused):
        _later(post, recalled, THURSDAY)
    with pytest.raises(Refused):
        _counter(post, done)


def test_another_day_is_the_day_on_which_it_goes_out(post: Post) -> None:
    """Not a day sooner, and in the half that was asked for."""
    number = post.one()
    _later(post, number, THURSDAY, HalfDay.AFTERNOON)
    rescheduled = post.events(number)[-1]
    assert rescheduled.kind is Happening.RESCHEDULED
    assert rescheduled.data == {"what": "later", "day": "2026-12-03", "half_day": "afternoon", "via": "page"}
    assert post.take(post.planned([number])).numbers == ()
    post.clock.set(14, days=3)
    post.go_out([number], hour=14)


def test_a_held_item_goes_out_once_more_and_no_oftener(post: Post) -> None:
    """As often as the policy lets it be asked for."""
    post.policy(redeliveries_on_request=1)
    number = post.held()
    assert _options(post, number).days
    _later(post, number, THURSDAY)
    post.clock.set(9, days=2)
    post.go_out([number])
    post.fail(number)
    post.back([number])
    offered = _options(post, number)
    assert (offered.days, offered.half_days, offered.counter) == ((), (), False)
    assert offered.person


def test_the_counter_is_ready_at_once_for_what_lies_at_the_office(post: Post) -> None:
    """The addressee may come the same day."""
    number = post.one()
    _counter(post, number)
    assert post.item(number).state is State.HELD
    assert post.texts(number)[-1] == "ready_to_collect"


def test_the_counter_waits_for_the_courier_to_bring_it_back(post: Post) -> None:
    """Nobody should come for an envelope that is still on a motorbike."""
    (number,) = post.out()
    _counter(post, number)
    assert post.item(number).next_step is NextStep.COUNTER
    assert "ready_to_collect" not in post.texts(number)
    assert post.back([number]).held == (number,)


def test_what_chose_the_counter_goes_back_only_after_its_invitations(post: Post) -> None:
    """No visit is needed then, but the two invitations are."""
    number = post.one()
    _counter(post, number)
    days = 0
    while not post.sweep()["returns"]:
        post.receipts()
        post.clock.set(8, days=1)
        days += 1
        assert days < 30
    assert len(post.invitations(number)) == 2


def test_another_person_is_kept_sealed_and_known_to_who_hands_over(post: Post) -> None:
    """The name is personal data of two people; the last one named holds."""
    number = post.one()
    item_id = post.item(number).id
    for name in ("Lê Văn Một", "Lê Văn Hai"):
        with post.wiring.work(CITIZEN) as unit:
            choice = choices.choose_person(unit, item_id, name=name, via="page")
            assert choice.detail is not None
            assert name.encode() not in choice.detail
        post.clock.forward(minutes=1)
    with post.wiring.work("staff:courier") as unit:
        item = unit.session.get_one(Item, item_id)
        assert choices.authorised_person(unit, item, reason=Opening.DELIVERY) == "Lê Văn Hai"
        assert [choice.kind for choice in choices.choices_of(unit, item_id)] == ["person", "person"]


def test_a_policy_for_the_addressee_alone_lets_nobody_else_be_named(post: Post) -> None:
    """Some papers go from hand to hand only."""
    number = post.one()
    post.policy(may_receive={"addressee": {"proofs": ["identity"], "least_age": 0}})
    assert not _options(post, number).person
    with pytest.raises(Refused, match="only its addressee"), post.wiring.work(CITIZEN) as unit:
        choices.choose_person(unit, post.item(number).id, name="Lê Văn Ba", via="page")


def test_a_new_address_waits_for_a_person_who_places_it_and_gains_its_time_anew(post: Post) -> None:
    """It was given in time: the item must not go back because a clerk was slow that day."""
    (number,) = post.out()
    post.fail(number, Reason.MOVED)
    post.back([number])
    before = post.item(number).address_until
    post.clock.set(8, days=2)
    item_id = post.item(number).id
    with post.wiring.work(CITIZEN) as unit:
        choices.choose_address(unit, item_id, address="7 Hai Bà Trưng, Phường Tân Định", via="page")
    item = post.item(number)
    assert (item.placed, item.next_step, item.commune_id) == (Placed.REVIEW, NextStep.ADDRESS, None)
    assert before is not None
    assert item.address_until is not None
    assert item.address_until > before
    with post.wiring.work(CLERK) as unit:
        known = Vault.of(unit).open_person(unit.session.get_one(Item, item_id).addressee, reason=Opening.REVIEW)
        assert known.address == "7 Hai Bà Trưng, Phường Tân Định"
        assert returning.sweep_due(unit, 10) == 0


@pytest.mark.parametrize("text", ["", "  ", "12345", "x" * 301])
def test_what_is_no_address_is_refused_before_anything_is_written(post: Post, text: str) -> None:
    """An empty form sent by mistake must not throw away the address that is there."""
    number = post.one()
    item_id = post.item(number).id
    with pytest.raises(Invalid), post.wiring.work(CITIZEN) as unit:
        choices.choose_address(unit, item_id, address=text, via="page")
    assert post.item(number).placed is Placed.PLACED
