"""Bags between offices: one named holder all the way, and nothing goes where it should not."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from delivery import acceptance, bags
from delivery.errors import NotFound, Refused
from delivery.rules.states import Happening, State
from delivery.store.events import Event
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"


def _accepted(wiring: Wiring, town: Town, count: int, *, first: int = 1, commune: str = "tan_dinh") -> list[str]:
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, count, first=first, commune=commune)]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    return numbers


def _items(unit: Work, numbers: Sequence[str]) -> Sequence[Item]:
    return unit.session.scalars(select(Item).where(Item.number.in_(numbers)).order_by(Item.number)).all()


def test_a_bag_carries_items_from_the_shelf_to_their_delivery_office(wiring: Wiring, town: Town) -> None:
    """On the way the bag is their one holder, and what is delivered from here stays."""
    numbers = _accepted(wiring, town, 3)
    own = _accepted(wiring, town, 1, first=20, commune="sai_gon")
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
        assert bag.to_office_id == town.tan_dinh
        assert {item.holder for item in _items(unit, numbers)} == {Holder(HolderKind.BAG, bag.id)}
        assert {item.state for item in _items(unit, numbers)} == {State.IN_TRANSIT}
        assert _items(unit, own)[0].holder == Holder(HolderKind.OFFICE, town.sai_gon)
    with wiring.work(CLERK) as unit:
        opened = bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)
        assert (opened.arrived_at, opened.seal_intact) == (unit.now, True)
        assert {item.state for item in _items(unit, numbers)} == {State.AT_OFFICE}
        assert {item.holder for item in _items(unit, numbers)} == {Holder(HolderKind.OFFICE, town.tan_dinh)}


def test_packing_twice_packs_once(wiring: Wiring, town: Town) -> None:
    """A second clerk, or a second press, finds an empty shelf and makes no empty bag."""
    _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        assert len(bags.pack(unit, office_id=town.sai_gon, to=town.tan_dinh)) == 1
    with wiring.work(CLERK) as unit:
        assert bags.pack(unit, office_id=town.sai_gon) == []


def test_recalled_items_stay_on_the_shelf(wiring: Wiring, town: Town) -> None:
    """What an agency wants back must not travel further away from it."""
    numbers = _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        _items(unit, numbers)[0].recalled_at = unit.now
    with wiring.work(CLERK) as unit:
        assert bags.pack(unit, office_id=town.sai_gon) == []


def test_an_item_recalled_on_the_way_is_marked_for_return_where_the_bag_is_opened(wiring: Wiring, town: Town) -> None:
    """It reaches a shelf, not a courier."""
    numbers = _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
        _items(unit, numbers)[0].recalled_at = unit.now
    with wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)
        (item,) = _items(unit, numbers)
        assert (item.state, item.next_step) == (State.ACCEPTED, NextStep.RETURN)


def test_a_returning_item_travels_to_the_office_of_its_agency_within_its_state(wiring: Wiring, town: Town) -> None:
    """The legs of a return are departed and arrived events: RETURNING only ends with the agency's signature."""
    numbers = _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        (out,) = bags.pack(unit, office_id=town.sai_gon)
    with wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=out.number, office_id=town.tan_dinh, seal_intact=True)
        _items(unit, numbers)[0].move(Happening.RETURN_STARTED, unit.occasion(town.tan_dinh))
    with wiring.work(CLERK) as unit:
        (home,) = bags.pack(unit, office_id=town.tan_dinh)
        assert home.to_office_id == town.sai_gon
    with wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=home.number, office_id=town.sai_gon, seal_intact=True)
        (item,) = _items(unit, numbers)
        assert (item.state, item.holder) == (State.RETURNING, Holder(HolderKind.OFFICE, town.sai_gon))
        legs = unit.session.scalars(select(Event.kind).where(Event.item_id == item.id).order_by(Event.seq)).all()
        assert legs[-2:] == [Happening.DEPARTED, Happening.ARRIVED]
        assert bags.pack(unit, office_id=town.sai_gon) == []


def test_an_item_placed_after_it_was_accepted_is_settled_where_it_lies(wiring: Wiring, town: Town) -> None:
    """A clerk mends the address; if it is this office's own, no bag is needed."""
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, 1, placed=Placed.REVIEW)]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
        assert bags.pack(unit, office_id=town.sai_gon) == []
        (item,) = _items(unit, numbers)
        item.placed, item.delivery_office_id = Placed.PLACED, town.sai_gon
    with wiring.work(CLERK) as unit:
        assert bags.pack(unit, office_id=town.sai_gon) == []
        assert _items(unit, numbers)[0].state is State.AT_OFFICE


def test_an_item_that_is_not_for_this_office_goes_on_in_another_bag(wiring: Wiring, town: Town) -> None:
    """Its address was corrected while it travelled: it is accepted here and leaves again."""
    numbers = _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
        _items(unit, numbers)[0].delivery_office_id = town.sai_gon
    with wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)
        assert _items(unit, numbers)[0].state is State.ACCEPTED
        (back,) = bags.pack(unit, office_id=town.tan_dinh)
        assert back.to_office_id == town.sai_gon


def test_a_broken_seal_stays_with_the_bag_and_with_every_item(wiring: Wiring, town: Town) -> None:
    """Whoever inquires later must see between which two hands the seal broke."""
    numbers = _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
    with wiring.work(CLERK) as unit:
        assert bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=False).seal_intact is False
        (item,) = _items(unit, numbers)
        last = unit.session.get_one(Event, (item.id, item.last_seq))
        assert last.data == {"bag": bag.number, "seal_intact": False}


def test_a_bag_is_opened_once_at_its_own_office(wiring: Wiring, town: Town) -> None:
    """A bag that went astray stays sealed; a second scan does not move what has gone on since."""
    _accepted(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
    with wiring.work(CLERK) as unit:
        with pytest.raises(Refused, match="do not open"):
            bags.open_bag(unit, number=bag.number, office_id=town.sai_gon, seal_intact=True)
        with pytest.raises(NotFound, match="TT-0"):
            bags.open_bag(unit, number="TT-0", office_id=town.sai_gon, seal_intact=True)
        bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)
        with pytest.raises(Refused, match="was opened on 2026-11-30"):
            bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)


def test_a_bag_of_two_hundred_is_packed_and_opened_whole(wiring: Wiring, town: Town) -> None:
    """The van waits at the door: one scan of the bag stands for all that is in it."""
    _accepted(wiring, town, 200)
    with wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.sai_gon)
    with wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=bag.number, office_id=town.tan_dinh, seal_intact=True)
    with wiring.work(CLERK) as unit:
        states = unit.session.scalars(select(Item.state)).all()
        assert list(states) == [State.AT_OFFICE] * 200
