"""Looking ahead: who is in doubt is asked once, who is not is left in peace, and nothing is held back by a guess."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import event, select

from delivery import acceptance, choices, foresight
from delivery.errors import NotFound, Refused
from delivery.rules.foresight import Advice, Sign
from delivery.rules.states import Happening
from delivery.store.communes import Commune, CommuneSuccessor
from delivery.store.communes_data import read_gazetteer
from delivery.store.foresight import Foreseen
from delivery.store.items import Item, NextStep
from delivery.store.queries.due import due_items
from delivery.store.queries.foresight import before_next_plan, doubtful, doubtful_count, first_visits
from delivery.store.queries.items import locked_by_number
from delivery.store.work import Work
from delivery.vault import Vault
from delivery.wiring import Wiring
from routing.addresses import Matcher
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town

GOOD = "12 Lê Duẩn, Phường Sài Gòn, Thành phố Hồ Chí Minh"
VAGUE = "Phường Sài Gòn, Thành phố Hồ Chí Minh"
ASKED = "before_visit"


@lru_cache
def _matcher() -> Matcher:
    return Matcher(read_gazetteer())


def _sweep(post: Post) -> int:
    with post.work("job:foresee") as unit:
        return foresight.sweep(unit, 100, matcher=_matcher)


def _shelved(post: Post, address: str, *, count: int = 1, can_sms: bool = True) -> list[str]:
    with post.work(CLERK) as unit:
        items = made_items(unit, post.town, count, first=post.serial, household=address, located=False)
        post.serial += count
        for item in items:
            item.addressee.can_sms = can_sms
        numbers = [item.number for item in items]
    with post.work(CLERK) as unit:
        point = post.town.points["H29", "P1"]
        acceptance.accept(unit, post.wiring.books, point_id=point, numbers=numbers, office_id=post.office)
    return numbers


def _forecast(unit: Work, number: str) -> Foreseen:
    return unit.session.scalars(select(Foreseen).join(Item).where(Item.number == number)).one()


@contextmanager
def _counting(wiring: Wiring) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    event.listen(wiring.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(wiring.engine, "before_cursor_execute", note)


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office at eight."""
    return Post(wiring=wiring, town=town, clock=clock)


def test_the_doubtful_are_asked_once_and_an_answer_helps(post: Post, app: Flask) -> None:
    """A trip is saved by one message, and nobody is pestered: not by two workers, not the next day, not the sure."""
    (good,), (vague,), (deaf,) = (
        _shelved(post, GOOD), _shelved(post, VAGUE), _shelved(post, f"{VAGUE}, Việt Nam", can_sms=False)
    )  # fmt: skip
    assert _sweep(post) == 3
    post.receipts()
    assert _sweep(post) == 0, "The text of the morning is enough for now."
    post.clock.forward(hours=5)
    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(lambda _: _sweep(post), range(2))) >= 1
    assert [post.texts(number).count(ASKED) for number in (good, vague, deaf)] == [0, 1, 0]

    with post.work(CLERK) as unit:
        assert _forecast(unit, good).advice is Advice.GO
        assert [row.item.number for row in doubtful(unit, post.office, 10)] == [deaf, vague]
        assert _forecast(unit, deaf).advice is Advice.REVIEW
        assert [sign for sign, _ in _forecast(unit, vague).reasons] == [Sign.NO_HOUSE]
        planned = {item.number for item in due_items(unit, post.office, before_next_plan(unit))}
        assert planned == {good, vague, deaf}, "A guess holds nothing back."

    item = post.item(vague)
    with post.work("citizen:1") as unit:
        assert choices.options(unit, unit.session.get_one(Item, item.id)).confirm
        choices.confirm(unit, item.id, via="page")
        assert not choices.options(unit, unit.session.get_one(Item, item.id)).confirm
    post.clock.forward(minutes=1)
    assert _sweep(post) == 1
    with post.work(CLERK) as unit:
        assert _forecast(unit, vague).advice is Advice.GO
        assert doubtful_count(unit, post.office) == 1

    post.receipts()
    post.clock.forward(days=1)
    _sweep(post)
    assert post.texts(vague).count(ASKED) == 1

    post.clock.set(9)
    post.go_out([good, vague])
    post.hand_over(good)
    post.fail(vague)
    post.back([vague])
    post.clock.forward(days=1)
    assert _sweep(post) == 2
    with post.work(CLERK) as unit:
        assert _forecast(unit, vague).first_likelihood is not None
        assert [handed_over for _, handed_over in sorted(first_visits(unit))] == [False, True]
    told = app.test_cli_runner().invoke(args=["foresight", "check"]).output
    assert "2 items, 50.0% handed over at the first visit." in told
    assert "Brier score" in told
    assert post.texts(vague).count(ASKED) == 1, "After a first trip the text about it has the link already."


def test_the_desk_decides_what_a_guess_may_not(post: Post) -> None:
    """Let go and looked at again; held until the address is right: each by a person, and of their own office only."""
    (vague,) = _shelved(post, VAGUE)
    _sweep(post)
    with post.work(CLERK) as unit:
        foresight.let_go(unit, number=vague, office_id=post.office)
        assert doubtful(unit, post.office, 10) == []
        assert [row.let_go_by for row in doubtful(unit, post.office, 10, let_go=True)] == [CLERK]
        with pytest.raises(NotFound):
            foresight.look_again(unit, number=vague, office_id=post.town.tan_dinh)
        foresight.look_again(unit, number=vague, office_id=post.office)
        assert doubtful_count(unit, post.office) == 1
        foresight.let_go(unit, number=vague, office_id=post.office)
        _forecast(unit, vague).likelihood = 0.9
    post.clock.forward(days=1)
    _sweep(post)
    with post.work(CLERK) as unit:
        assert doubtful_count(unit, post.office) == 1, "It got worse since somebody let it go."
        foresight.hold_for_address(unit, number=vague, office_id=post.office)
        with pytest.raises(Refused, match="does not wait for a visit"):
            foresight.let_go(unit, number=vague, office_id=post.office)
    item = post.item(vague)
    assert (item.next_step, item.address_until is not None) == (NextStep.ADDRESS, True)
    assert post.events(vague)[-1].kind is Happening.ADDRESS_UNRESOLVED
    assert post.texts(vague)[-1] == "address_needed"


def test_a_sweep_waits_for_no_clerk_and_stops_at_no_erased_person(post: Post) -> None:
    """It would lock in the other order than a clerk does; and one person's erasure must not end it for everybody."""
    (held, gone), (other,) = _shelved(post, VAGUE, count=2), _shelved(post, f"{VAGUE}, VN")
    _sweep(post)
    post.receipts()
    with post.work("job:erase") as unit:
        assert post.item(held).addressee.address_key == post.item(gone).addressee.address_key
        assert _forecast(unit, held).address_digest != _forecast(unit, gone).address_digest, "no way to the household"
        Vault.of(unit).erase(_forecast(unit, gone).item.addressee.subject)
    post.clock.forward(hours=5)
    with post.work(CLERK) as unit:
        locked_by_number(unit, held)
        assert _sweep(post) == 1
        foresight.let_go(unit, number=held, office_id=post.office)
    post.clock.forward(days=1)
    with post.work(CLERK) as unit:
        locked_by_number(unit, held)
        assert _sweep(post) == 2, "The item in hand is forecast when the clerk is done."
    assert _sweep(post) == 1
    assert [post.texts(number).count(ASKED) for number in (held, gone, other)] == [0, 0, 1]


def test_a_merger_puts_no_item_in_doubt_that_was_placed_before_it(post: Post) -> None:
    """On its first day every address in the closed communes leads to another commune than the item's."""
    elsewhere = GOOD.replace("Phường Sài Gòn", "Phường Tân Định")
    with post.work(CLERK) as unit:
        ends = post.town.communes["sai_gon"], post.town.communes["tan_dinh"]
        between = unit.session.scalars(select(Commune.id).where(Commune.id.not_in(ends)).limit(1)).one()
        for before, after in pairwise((ends[0], between, ends[1])):
            unit.session.add(CommuneSuccessor(commune_id=before, successor_id=after))
    (number,) = _shelved(post, elsewhere)
    _sweep(post)
    with post.work(CLERK) as unit:
        assert Sign.COMMUNE_IN_DOUBT not in [sign for sign, _ in _forecast(unit, number).reasons]


def test_a_page_of_items_takes_as_many_queries_as_one_item(post: Post, wiring: Wiring) -> None:
    """An office with 6,000 items is swept within its tick."""
    _shelved(post, GOOD)
    with _counting(wiring) as few:
        _sweep(post)
    _shelved(post, GOOD, count=25)
    with _counting(wiring) as many:
        assert _sweep(post) == 25
    assert len(many) <= len(few) + 2
