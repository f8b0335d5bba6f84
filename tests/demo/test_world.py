"""The demo's world: real wards, enough staff, and the same for the same number of items."""

import json

import pytest

from delivery.parties import Parties
from demo.world import WorldWrong, make_world, wards_in_play


@pytest.mark.parametrize(("items", "wards"), [(50, 3), (600, 12), (1500, 12), (3750, 90), (6000, 168), (9000, 168)])
def test_more_results_go_to_more_wards(items: int, wards: int) -> None:
    """The issue promises 12 wards for 1,500 results and all 168 for 6,000."""
    assert wards_in_play(items) == wards


def test_a_demo_too_small_for_every_fate_is_refused_in_words() -> None:
    """Somebody types ITEMS=10 and must learn what to type instead."""
    with pytest.raises(WorldWrong, match="50 items or more"):
        wards_in_play(49)


def test_every_unit_of_the_city_has_an_office_with_its_own_staff(listed: list[str]) -> None:
    """Bags may go to any of the 168 offices, and somebody must open them there."""
    world = make_world(listed, 1500)
    staff = Parties.model_validate(world.parties("$argon2id$made-up")).staff
    offices = {ward.office for ward in world.city}
    assert len(offices) == 168
    for role in ("clerk", "dispatcher", "manager", "courier"):
        assert {person.office for person in staff if person.role == role} == offices
    assert all(1 <= len(world.couriers(ward)) <= 3 for ward in world.city)


def test_agencies_hand_over_in_the_wards_in_play(listed: list[str]) -> None:
    """Results are collected by the couriers of the wards that the demo plays in."""
    world = make_world(listed, 50)
    assert len(world.agencies) == 3
    assert all(3 <= len(agency.points) <= 4 for agency in world.agencies)
    assert {point.ward for agency in world.agencies for point in agency.points} <= set(world.wards)


def test_the_same_number_of_items_makes_the_same_world(listed: list[str]) -> None:
    """What one person saw go wrong another must be able to see again."""
    assert make_world(listed, 1500) == make_world(list(reversed(listed)), 1500)


def test_old_units_lie_wholly_in_their_ward_and_divided_ones_in_none(listed: list[str]) -> None:
    """An address in a divided unit is unclear on purpose, one in a whole unit never by accident."""
    world = make_world(listed, 6000)
    whole = [unit for ward in world.city for unit in ward.old]
    assert len(whole) == len(set(whole)) > 300
    assert world.divided
    assert not {(unit.ward, unit.district) for unit in world.divided} & {(unit.ward, unit.district) for unit in whole}


def test_a_list_without_the_city_is_refused_in_words(listed: list[str]) -> None:
    """The communes were not loaded: say so before anything is built on it."""
    with pytest.raises(WorldWrong, match="load the communes"):
        make_world([line for line in listed if json.loads(line)["name"] != "Phường Sài Gòn"], 1500)
