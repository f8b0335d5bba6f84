"""Offices with a day's work on their shelves, written as rows: for the night run's tests and its benchmark."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select

from delivery.parties import office_code
from delivery.rules.codes import make_s10
from delivery.rules.states import State
from delivery.store.agencies import LIVE, HandoverPoint
from delivery.store.base import new_id
from delivery.store.communes import Commune
from delivery.store.items import HolderKind, Item, Placed
from delivery.store.offices import Office
from delivery.store.staff import Courier, Role, Staff
from delivery.store.work import Work
from delivery.vault import Person, Vault

Spot = tuple[float, float]


def open_office(unit: Work, commune: Commune, *, couriers: int) -> Office:
    """The commune's post office with so many couriers."""
    office = Office(
        id=new_id(),
        code=office_code(commune.id),
        name=f"Bưu cục {commune.name}",
        commune_id=commune.id,
        lat=commune.lat,
        lon=commune.lon,
    )
    unit.session.add(office)
    unit.session.flush()
    for at in range(couriers):
        person = Staff(
            id=new_id(),
            login=f"courier.{commune.id}.{at}",
            display_name=f"Bưu tá {at}",
            role=Role.COURIER,
            office_id=office.id,
            password_hash="",
        )
        unit.session.add(person)
        unit.session.flush()
        unit.session.add(Courier(id=new_id(), staff_id=person.id, office_id=office.id))
    return office


def fill_shelf(unit: Work, office: Office, spots: Sequence[Spot | None], *, first: int) -> list[Item]:
    """An item for a household at each spot (None: only its commune is known), with serials from `first`."""
    origin = unit.session.scalars(select(HandoverPoint).order_by(HandoverPoint.id).limit(1)).one()
    vault, items = Vault.of(unit), []
    for serial, spot in enumerate(spots, first):
        addressee = vault.seal_person(
            Person(name=f"Nguyễn Thị {serial}", phone=f"+8490{serial:07d}", address=f"{serial} Lê Lợi", location=spot),
            commune_id=office.commune_id,
            office_id=office.id,
            can_sms=True,
        )
        items.append(
            Item(
                id=new_id(),
                world_id=LIVE,
                number=make_s10("RZ", serial),
                agency_id=origin.agency_id,
                origin_point_id=origin.id,
                return_point_id=origin.id,
                agency_reference=f"night-{serial}",
                dossier_code="000.00.01.H29-260310-0420",
                service="result_return",
                weight_g=80,
                addressee_id=addressee.id,
                policy_version="default-1",
                state=State.AT_OFFICE,
                holder_kind=HolderKind.OFFICE,
                holder_id=office.id,
                placed=Placed.PLACED,
                commune_id=office.commune_id,
                delivery_office_id=office.id,
                registered_at=unit.now,
                accepted_at=unit.now,
            )
        )
    unit.session.add_all(items)
    unit.session.flush()
    return items


def open_offices(
    unit: Work, count: int, *, stops: Callable[[int], Sequence[Spot]], couriers: Callable[[int], int] = lambda _: 1
) -> dict[UUID, str]:
    """`count` new offices in communes that have none; office `at` has households `stops(at)` degrees from it."""
    free = unit.session.scalars(
        select(Commune)
        .join(Office, Office.commune_id == Commune.id, isouter=True)
        .where(Office.id.is_(None))
        .order_by(Commune.id)
        .limit(count)
    ).all()
    assert len(free) == count
    opened, first = {}, 1
    for at, commune in enumerate(free):
        office = open_office(unit, commune, couriers=couriers(at))
        spots = [(commune.lat + north, commune.lon + east) for north, east in stops(at)]
        fill_shelf(unit, office, spots, first=first)
        first += len(spots)
        opened[office.id] = office.code
    return opened
