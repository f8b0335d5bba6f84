"""An installation is loaded from one document, again and again without harm."""

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from delivery import parties
from delivery.errors import Invalid
from delivery.store.agencies import Agency, ApiClient, HandoverPoint, World, WorldKind
from delivery.store.communes import Commune
from delivery.store.offices import Office
from delivery.store.staff import Courier, Staff
from delivery.wiring import Wiring
from tests.factories import Town, make_town


def test_each_commune_gets_one_office(wiring: Wiring) -> None:
    """3,321 since 1 September 2025; a second run opens none."""
    with wiring.work("job:setup") as unit:
        assert parties.open_offices(unit) == 3321
        assert parties.open_offices(unit) == 0
        names = unit.session.scalars(select(Office.name).limit(1)).one()
        assert names.startswith("Bưu cục ")


def test_loading_twice_changes_nothing(wiring: Wiring, town: Town) -> None:
    """Whoever is unsure whether it ran runs it again."""
    tables = (Agency, HandoverPoint, ApiClient, Staff, Courier, World)
    document = {
        "agencies": [
            {
                "code": "H29",
                "name": "Tên mới",
                "points": [
                    {"code": "P1", "name": "Một cửa", "address": "1", "commune": town.communes["sai_gon"]}
                    | {"lat": 10.0, "lon": 106.0}
                ],
            }
        ]
    }
    with wiring.work("job:setup") as unit:
        before = [unit.session.scalar(select(func.count()).select_from(table)) for table in tables]
        parties.load(unit, parties.Parties.model_validate(document))
        parties.load(unit, parties.Parties.model_validate(document))
        assert [unit.session.scalar(select(func.count()).select_from(table)) for table in tables] == before
        assert unit.session.get_one(Agency, town.agencies["H29"]).name == "Tên mới"


def test_a_test_client_gets_a_world_of_its_own(wiring: Wiring, town: Town) -> None:
    """Its clock moves without live's (contracts C15)."""
    with wiring.work("job:setup") as unit:
        sandbox = unit.session.get_one(ApiClient, town.clients["test"])
        assert sandbox.world.kind is WorldKind.TEST
        assert unit.session.get_one(ApiClient, town.clients["H29"]).world.kind is WorldKind.LIVE


def test_a_point_in_a_commune_without_an_office_is_named(wiring: Wiring) -> None:
    """The sentence says which point, and nothing of the document stays behind."""
    with wiring.work("job:setup") as unit:
        commune = unit.session.scalars(select(Commune.id).limit(1)).one()
    point = {"code": "P9", "name": "n", "address": "a", "commune": commune, "lat": 10.0, "lon": 106.0}
    document = parties.Parties.model_validate({"agencies": [{"code": "X", "name": "X", "points": [point]}]})
    with pytest.raises(Invalid, match="P9"), wiring.work("job:setup") as unit:
        parties.load(unit, document)
    with wiring.work("job:setup") as unit:
        assert unit.session.scalars(select(Agency)).all() == []


@pytest.mark.parametrize(
    "person",
    [
        {"login": "a", "name": "A", "role": "king", "password_hash": "$argon2id$x"},
        {"login": "a", "name": "A", "role": "clerk", "password_hash": "plain"},
        {"login": "a", "name": "A", "role": "clerk", "password_hash": "$argon2id$x", "shoe_size": 43},
    ],
)
def test_a_document_with_nonsense_is_refused_whole(person: dict[str, object]) -> None:
    """A typing error in a role must not make an account that may do nothing, or everything."""
    with pytest.raises(ValidationError):
        parties.Parties.model_validate({"staff": [person]})


def test_a_member_of_staff_of_an_unknown_office_is_named(wiring: Wiring) -> None:
    """Nobody is put into no office by a typing error."""
    make_town(wiring)
    person = {"login": "ghost", "name": "G", "role": "clerk", "office": "BC0", "password_hash": "$argon2id$x"}
    with pytest.raises(Invalid, match="ghost"), wiring.work("job:setup") as unit:
        parties.load(unit, parties.Parties.model_validate({"staff": [person]}))
