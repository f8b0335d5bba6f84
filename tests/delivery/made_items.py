"""Items for tests, registered as the hand-off does it but without its matching and pricing."""

from collections.abc import Sequence
from datetime import date

from delivery.rules.codes import make_s10
from delivery.store.agencies import HandoverPoint
from delivery.store.base import new_id
from delivery.store.communes import Commune
from delivery.store.items import Document, HolderKind, Item, Placed
from delivery.store.offices import Office
from delivery.store.work import Work
from delivery.vault import Person, Vault
from tests.factories import Town


def made_items(
    unit: Work,
    town: Town,
    count: int,
    *,
    first: int = 1,
    point: tuple[str, str] = ("H29", "P1"),
    commune: str = "sai_gon",
    household: str | None = None,
    placed: Placed = Placed.PLACED,
    due_day: date | None = None,
    located: bool = True,
) -> Sequence[Item]:
    """`count` registered items with serials from `first`, for addressees around the point of `commune`.

    Each lives in a house of their own, unless `household` names one address for all.
    """
    ward = unit.session.get_one(Commune, town.communes[commune])
    office = {"sai_gon": town.sai_gon, "tan_dinh": town.tan_dinh}[commune]
    origin = unit.session.get_one(HandoverPoint, town.points[point])
    known = placed is Placed.PLACED
    vault = Vault.of(unit)
    made = []
    for serial in range(first, first + count):
        person = Person(
            name=f"Nguyễn Thị {serial}",
            phone=f"+8490{serial:07d}",
            address=household or f"{serial} Nguyễn Huệ",
            location=(ward.lat + serial % 17 * 0.0005, ward.lon + serial % 13 * 0.0005) if located else None,
        )
        addressee = vault.seal_person(
            person, commune_id=ward.id if known else None, office_id=office if known else None, can_sms=True
        )
        item = Item(
            id=new_id(),
            world_id=unit.world_id,
            number=make_s10("RV", serial),
            agency_id=origin.agency_id,
            origin_point_id=origin.id,
            return_point_id=origin.id,
            agency_reference=f"ref-{serial}",
            dossier_code="000.00.01.H29-260310-0420",
            service="result_return",
            weight_g=80,
            addressee_id=addressee.id,
            policy_version="default-1",
            holder_kind=HolderKind.AGENCY,
            holder_id=origin.id,
            placed=placed,
            commune_id=ward.id if known else None,
            delivery_office_id=office if known else None,
            delivery_office=unit.session.get_one(Office, office) if known else None,
            registered_at=unit.now,
            due_day=due_day,
            documents=[Document(position=1, kind="certificate", original=True, sheets=1)],
        )
        item.addressee = addressee
        unit.session.add(item)
        made.append(item)
    unit.session.flush()
    for item in made:
        item.begin(unit.occasion(), {})
    unit.session.flush()
    return made
