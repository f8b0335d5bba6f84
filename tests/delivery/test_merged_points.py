"""What was learnt of homes and streets outlives the communes under which it was learnt."""

from datetime import date, timedelta

import pytest

from delivery.rules.policy import Receiver
from delivery.steps.points import learn, located
from delivery.store.communes import Commune, CommuneSuccessor
from delivery.store.items import Item
from delivery.store.work import Work
from delivery.vault import Person, Vault
from delivery.wiring import Wiring
from routing.geocoding import Source
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.test_points import _at, _item, _living_at
from tests.factories import Town

TODAY = date(2026, 11, 30)
NEW = 99_001
STREET = ("1 Lê Lợi", "3 Lê Lợi", "5 Lê Lợi")


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office."""
    return Post(wiring, town, clock)


def _merge(unit: Work, town: Town, day: date) -> None:
    """Sài Gòn and Tân Định become one."""
    old = [unit.session.get_one(Commune, town.communes[name]) for name in ("sai_gon", "tan_dinh")]
    unit.session.add(
        Commune(
            id=NEW,
            code="99001",
            name="Phường Trung Tâm",
            kind="ward",
            province_code=old[0].province_code,
            lat=old[0].lat,
            lon=old[0].lon,
            radius_m=2_000,
            valid_from=day,
        )
    )
    unit.session.flush()
    for commune in old:
        commune.valid_until = day
        unit.session.add(CommuneSuccessor(commune_id=commune.id, successor_id=NEW))


def _addressed(unit: Work, number: str, address: str, commune_id: int) -> Item:
    item = _item(unit, number)
    item.commune_id = commune_id
    item.commune = unit.session.get_one(Commune, commune_id)
    person = Person(name="Nguyễn Thị Đào", phone="+84912345678", address=address)
    Vault.of(unit).put_address(item.addressee, person, commune_id=commune_id, street="Lê Lợi")
    unit.session.flush()
    return item


def test_a_merger_forgets_no_door_and_no_street_unless_two_homes_now_have_one_address(post: Post) -> None:
    """On the day of a merger every plan of its communes would otherwise go back to the middle of the ward."""
    taught = [_living_at(post, address)[0] for address in (*STREET, "7 Lê Lợi", "9 Lê Lợi")]
    with post.work(CLERK) as unit:
        _merge(unit, post.town, TODAY + timedelta(days=1))
        _addressed(unit, taught[3], "1 Lê Lợi", post.town.communes["tan_dinh"])
    for at, number in enumerate(taught[:4]):
        with post.work(CLERK) as unit:
            evidence = _at(post, 0.002 + at * 0.001)
            assert learn(unit, _item(unit, number), receiver=Receiver.ADDRESSEE, evidence=evidence, day=TODAY)
    with post.work(CLERK) as unit:
        early = located(unit, [[_addressed(unit, taught[4], "3 Lê Lợi", NEW)]])[0]
        assert early.source == Source.COMMUNE, "nothing is merged yet"
    post.clock.forward(days=1)
    with post.work(CLERK) as unit:
        for address, source in (
            ("3 Lê Lợi", Source.ADDRESS_BOOK),
            ("90 Lê Lợi", Source.STREET),
            ("1 Lê Lợi", Source.STREET),
        ):
            item = _addressed(unit, taught[4], address, NEW)
            assert located(unit, [[item]])[0].source == source, address
