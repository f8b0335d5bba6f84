"""Custody passes from an agency to the post: what a manifest does, and what it refuses to do."""

import pytest
from sqlalchemy import func, select

from delivery import acceptance
from delivery.errors import Invalid, NotFound, Refused
from delivery.rules.states import State
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.messages import Message
from delivery.store.money import Quote
from delivery.store.routes import Manifest
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"


def _item(unit: Work, number: str) -> Item:
    return unit.session.scalars(select(Item).where(Item.number == number)).one()


def _announce(wiring: Wiring, town: Town, count: int, **more: object) -> list[str]:
    with wiring.work(CLERK) as unit:
        return [item.number for item in made_items(unit, town, count, **more)]  # type: ignore[arg-type]


def test_accepted_items_lie_on_the_shelf_with_a_frozen_price_and_a_message_owed(wiring: Wiring, town: Town) -> None:
    """From here on the post answers for the envelope, the price cannot change, and the addressee knows of it."""
    numbers = _announce(wiring, town, 3, commune="tan_dinh")
    with wiring.work(CLERK) as unit:
        manifest = acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    with wiring.work(CLERK) as unit:
        kept = unit.session.get_one(Manifest, manifest.id)
        assert kept.signed_at == unit.now
        assert {line.item.number for line in kept.items} == set(numbers)
        for number in numbers:
            item = _item(unit, number)
            assert item.state is State.ACCEPTED
            assert item.holder == Holder(HolderKind.OFFICE, town.sai_gon)
            assert (item.accepted_at, item.accepting_office_id) == (unit.now, town.sai_gon)
            assert unit.session.scalars(select(Quote).where(Quote.item_id == item.id)).one().frozen_at == unit.now
            owed = unit.session.scalars(select(Message).where(Message.item_id == item.id)).one()
            assert (owed.template, owed.seq) == ("on_its_way", 2)


def test_what_the_accepting_office_delivers_itself_is_at_its_delivery_office_at_once(
    wiring: Wiring, town: Town
) -> None:
    """It can be planned for the same day: nothing travels."""
    numbers = _announce(wiring, town, 1, commune="sai_gon")
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
        assert _item(unit, numbers[0]).state is State.AT_OFFICE


def test_an_item_whose_address_leads_nowhere_is_accepted_and_waits_unpriced(wiring: Wiring, town: Town) -> None:
    """The envelope changes hands all the same; nobody is told of an office that is not known yet."""
    numbers = _announce(wiring, town, 1, placed=Placed.REVIEW)
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
        assert _item(unit, numbers[0]).state is State.ACCEPTED
        assert unit.session.scalar(select(func.count()).select_from(Message)) == 0


def test_what_a_courier_collects_reaches_the_shelf_with_the_evening_scan(wiring: Wiring, town: Town) -> None:
    """Between the agency and the shelf the courier is the one named holder; a second scan changes nothing."""
    numbers = _announce(wiring, town, 2, commune="sai_gon") + _announce(wiring, town, 1, first=9, commune="tan_dinh")
    courier = town.couriers["courier.sg.1"]
    with wiring.work("staff:courier") as unit:
        acceptance.accept(
            unit,
            wiring.books,
            point_id=town.points["H29", "P1"],
            numbers=numbers,
            office_id=town.sai_gon,
            courier_id=courier,
        )
        assert {_item(unit, number).holder for number in numbers} == {Holder(HolderKind.COURIER, courier)}
    with wiring.work(CLERK) as unit:
        assert acceptance.receive(unit, office_id=town.sai_gon, numbers=numbers) == 3
    with wiring.work(CLERK) as unit:
        assert acceptance.receive(unit, office_id=town.sai_gon, numbers=numbers) == 0
        assert [_item(unit, number).state for number in numbers] == [State.AT_OFFICE, State.AT_OFFICE, State.ACCEPTED]
        assert {_item(unit, number).holder for number in numbers} == {Holder(HolderKind.OFFICE, town.sai_gon)}


def test_an_item_recalled_on_the_motorbike_is_marked_for_return_when_it_is_scanned(wiring: Wiring, town: Town) -> None:
    """The scan is what confirms a recall: it must not slip into the next day's plan."""
    numbers = _announce(wiring, town, 1)
    with wiring.work("staff:courier") as unit:
        acceptance.accept(
            unit,
            wiring.books,
            point_id=town.points["H29", "P1"],
            numbers=numbers,
            office_id=town.sai_gon,
            courier_id=town.couriers["courier.sg.1"],
        )
        _item(unit, numbers[0]).recalled_at = unit.now
    with wiring.work(CLERK) as unit:
        acceptance.receive(unit, office_id=town.sai_gon, numbers=numbers)
        item = _item(unit, numbers[0])
        assert (item.state, item.next_step) == (State.ACCEPTED, NextStep.RETURN)


def test_one_wrong_number_refuses_the_whole_manifest_and_names_it(wiring: Wiring, town: Town) -> None:
    """Both parties sign one list: half of it must not be in custody while the other half is argued about."""
    numbers = _announce(wiring, town, 2)
    other = _announce(wiring, town, 1, first=50, point=("H30", "P1"))
    cases = [
        ("numbers-unknown", [*numbers, "RV999999995VN"], "RV999999995VN"),
        ("other-point", [*numbers, *other], other[0]),
    ]
    for code, given, culprit in cases:
        with pytest.raises(Refused, match=culprit) as refused, wiring.work(CLERK) as unit:
            acceptance.accept(
                unit, wiring.books, point_id=town.points["H29", "P1"], numbers=given, office_id=town.sai_gon
            )
        assert refused.value.code == code
    with wiring.work(CLERK) as unit:
        assert {_item(unit, number).state for number in numbers} == {State.REGISTERED}
        assert unit.session.scalar(select(func.count()).select_from(Manifest)) == 0


def test_an_item_is_accepted_once(wiring: Wiring, town: Town) -> None:
    """Two clerks scanning one pile make one hand-over."""
    numbers = _announce(wiring, town, 1)
    point = town.points["H29", "P1"]
    with wiring.work(CLERK) as unit:
        acceptance.accept(unit, wiring.books, point_id=point, numbers=numbers, office_id=town.sai_gon)
    with pytest.raises(Refused, match=numbers[0]), wiring.work(CLERK) as unit:
        acceptance.accept(unit, wiring.books, point_id=point, numbers=numbers, office_id=town.sai_gon)


def test_unknown_parties_and_an_empty_list_are_refused_in_words(wiring: Wiring, town: Town) -> None:
    """A wrong choice on the form is answered with what is wrong, not with a crash."""
    numbers = _announce(wiring, town, 1)
    point = town.points["H29", "P1"]
    elsewhere = town.couriers["courier.td.1"]
    with wiring.work(CLERK) as unit:
        with pytest.raises(NotFound, match="hand-over point"):
            acceptance.accept(unit, wiring.books, point_id=town.sai_gon, numbers=numbers, office_id=town.sai_gon)
        with pytest.raises(NotFound, match="post office"):
            acceptance.accept(unit, wiring.books, point_id=point, numbers=numbers, office_id=point)
        with pytest.raises(NotFound, match="courier"):
            acceptance.accept(
                unit, wiring.books, point_id=point, numbers=numbers, office_id=town.sai_gon, courier_id=elsewhere
            )
        with pytest.raises(Invalid, match="No item number"):
            acceptance.accept(unit, wiring.books, point_id=point, numbers=[], office_id=town.sai_gon)
        with pytest.raises(Refused, match="not just collected"):
            acceptance.receive(unit, office_id=town.sai_gon, numbers=numbers)


def test_a_day_of_a_large_agency_is_accepted_in_one_request(wiring: Wiring, town: Town) -> None:
    """1,500 results on one manifest: all are the post's, or none."""
    numbers = _announce(wiring, town, 1500, commune="tan_dinh")
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    with wiring.work(CLERK) as unit:
        states = unit.session.scalars(select(Item.state)).all()
        assert list(states) == [State.ACCEPTED] * 1500
