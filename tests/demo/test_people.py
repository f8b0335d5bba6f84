"""The demo's people: invented, reachable as their story says, and living where their address says."""

import random
from datetime import date

import pytest

from delivery.rules.phones import PhoneKind, parse_phone
from delivery.store.communes_data import read_gazetteer
from demo import people
from demo.results import make_results
from demo.twilio_outcomes import MAGIC
from demo.world import make_world
from routing.addresses import Matcher, Verdict

DAY = date(2026, 11, 23)


def test_every_phone_is_one_that_the_product_takes_for_what_it_is() -> None:
    """A landline must get letters, a mobile texts: the demo shows both."""
    chance = random.Random(1)
    assert all(parse_phone(people.mobile(chance)).kind is PhoneKind.MOBILE for _ in range(300))
    assert all(parse_phone(people.landline(chance)).kind is PhoneKind.LANDLINE for _ in range(300))
    assert all(parse_phone(people.mobile_that_fails(chance, end)).kind is PhoneKind.MOBILE for end in MAGIC)


def test_no_ordinary_phone_fails_by_accident() -> None:
    """Figures of the demo must follow from its stories, not from a suffix that happened to be magic."""
    chance = random.Random(2)
    assert not any(people.mobile(chance).endswith(tuple(MAGIC)) for _ in range(2000))


def test_one_address_is_written_in_many_ways() -> None:
    """An office sees every habit of writing; the demo must not feed the matcher with one."""
    units = ["Phường 7", "Quận 4", "Thành phố Hồ Chí Minh"]
    assert len({way("12 Lê Lợi", units) for way in people.SPELLINGS}) == len(people.SPELLINGS) == 12


@pytest.mark.parametrize("items", [1500])
def test_clear_addresses_lead_to_their_ward_and_a_clear_address_mends_the_others(items: int, listed: list[str]) -> None:
    """Otherwise the demo's review would fill with addresses that nobody wrote unclearly on purpose."""
    matcher = Matcher(read_gazetteer())
    for result in make_results(make_world(listed, items), DAY):
        person = result.addressee
        written = person.address
        if "text" in written:
            match = matcher.match(str(written["text"]))
        else:
            district = written.get("district")
            match = matcher.match_units(
                street=str(written["street"]),
                commune=str(written["commune"]),
                district=str(district) if district else None,
                province=str(written["province"]),
            )
        if not person.unclear:
            assert match.verdict is Verdict.SURE, written
            assert match.candidates[0].commune_id == person.ward.id, written
        else:
            mended = matcher.match(person.clear_address)
            assert (mended.verdict, mended.candidates[0].commune_id) == (Verdict.SURE, person.ward.id)


def test_some_people_share_a_household_and_most_have_a_location(listed: list[str]) -> None:
    """Stops that merge a household, and doors without coordinates, belong to the main job."""
    results = make_results(make_world(listed, 1500), DAY)
    homes = [result.addressee.clear_address for result in results if not result.addressee.unclear]
    located = sum("location" in result.addressee.address for result in results)
    assert 0.04 < 1 - len(set(homes)) / len(homes) < 0.15
    assert 0.6 < located / len(results) < 0.8


def test_the_same_number_of_items_makes_the_same_people(listed: list[str]) -> None:
    """What one person saw go wrong another must be able to see again."""
    world = make_world(listed, 200)
    assert make_results(world, DAY) == make_results(world, DAY)


def test_no_agency_uses_a_reference_twice(listed: list[str]) -> None:
    """A reference means one item for ever."""
    results = make_results(make_world(listed, 1500), DAY)
    assert len({(result.agency.code, result.reference) for result in results}) == 1500
