"""Sets up an installation: offices for the communes, agencies with their points and clients, staff and couriers.

Everything comes from one JSON document (docs/parties.md), loaded by `flask parties load`;
loading it again changes what it names and adds what is new, and removes nothing.
"""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from delivery.errors import Invalid
from delivery.store.agencies import LIVE, Agency, ApiClient, HandoverPoint, WebhookEndpoint, World, WorldKind
from delivery.store.base import new_id
from delivery.store.communes import Commune
from delivery.store.offices import Office
from delivery.store.staff import Courier, Role, Staff
from delivery.store.work import Work
from delivery.vault import Vault

Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PointIn(_Strict):
    """A hand-over point; `commune` is our id, degrees are WGS 84."""

    code: Short
    name: Name
    address: Name
    commune: int
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class ClientIn(_Strict):
    """An API client. `id` begins with live_ or test_; a test client gets a world of its own."""

    id: Annotated[str, StringConstraints(pattern=r"^(live|test)_[A-Za-z0-9_]{4,60}$")]
    name: Name
    secret_sha256: list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]] = Field(
        min_length=1, max_length=2
    )
    scopes: list[Short]


class WebhookIn(_Strict):
    """Where events go; `secret` is Standard Webhooks' whsec_…"""

    url: Name
    secret: Annotated[str, StringConstraints(pattern=r"^whsec_[A-Za-z0-9+/=]{24,100}$")]


class AgencyIn(_Strict):
    """An agency with all it owns."""

    code: Short
    name: Name
    prepaid: bool = False
    points: list[PointIn] = Field(min_length=1)
    clients: list[ClientIn] = []
    webhooks: list[WebhookIn] = []


class CourierIn(_Strict):
    """A courier's working day, minutes after midnight."""

    vehicle: Literal["motorbike", "walking"] = "motorbike"
    capacity: int = Field(default=150, ge=1, le=2000)
    shift: tuple[int, int] = (450, 1050)


class StaffIn(_Strict):
    """A person who signs in; `password_hash` is argon2id's text. Couriers carry a `courier` part."""

    login: Short
    name: Name
    role: Role
    office: Short | None = None
    agency: Short | None = None
    password_hash: Annotated[str, StringConstraints(pattern=r"^\$argon2id\$")]
    courier: CourierIn | None = None


class Parties(_Strict):
    """The whole document."""

    agencies: list[AgencyIn] = []
    staff: list[StaffIn] = []


def office_code(commune_id: int) -> str:
    """The code of the post office of a commune."""
    return f"BC{commune_id}"


def open_offices(unit: Work) -> int:
    """Give each commune its post office, at the commune's point, where it has none; says how many were opened."""
    served = set(unit.session.scalars(select(Office.commune_id)))
    fresh = [
        Office(id=new_id(), code=office_code(c.id), name=f"Bưu cục {c.name}", commune_id=c.id, lat=c.lat, lon=c.lon)
        for c in unit.session.scalars(select(Commune).order_by(Commune.id))
        if c.id not in served and (c.valid_until is None or unit.today < c.valid_until)
    ]
    unit.session.add_all(fresh)
    unit.session.flush()
    return len(fresh)


def load(unit: Work, parties: Parties) -> None:
    """Add or update everything that the document names."""
    offices = {office.commune_id: office for office in unit.session.scalars(select(Office))}
    by_code = {office.code: office for office in offices.values()}
    for agency in parties.agencies:
        _agency(unit, agency, offices)
    unit.session.flush()
    agencies = dict(unit.session.execute(select(Agency.code, Agency.id)).all())
    known = {person.login: person for person in unit.session.scalars(select(Staff))}
    couriers = {courier.staff_id: courier for courier in unit.session.scalars(select(Courier))}
    for index, person in enumerate(parties.staff):
        _person(unit, index, person, by_code, agencies, known, couriers)
    unit.session.flush()


def _agency(unit: Work, given: AgencyIn, offices: dict[int, Office]) -> None:
    session = unit.session
    agency = session.scalars(select(Agency).where(Agency.code == given.code)).one_or_none()
    if agency is None:
        agency = Agency(id=new_id(), code=given.code, name=given.name, prepaid=given.prepaid)
        session.add(agency)
    agency.name, agency.prepaid = given.name, given.prepaid
    session.flush()
    _points(unit, agency, given.points, offices)
    for client in given.clients:
        row = session.get(ApiClient, client.id)
        if row is None:
            row = ApiClient(id=client.id, agency_id=agency.id, world_id=_world(unit, client.id))
            session.add(row)
        row.name, row.secret_hashes, row.scopes = client.name, client.secret_sha256, client.scopes
    for hook in given.webhooks:
        _webhook(unit, agency, hook)


def _points(unit: Work, agency: Agency, given: Sequence[PointIn], offices: dict[int, Office]) -> None:
    known = {point.code: point for point in agency.points}
    for index, point in enumerate(given):
        office = offices.get(point.commune)
        if office is None:
            raise Invalid(
                "commune-unknown",
                vi=f"Điểm bàn giao {point.code}: không có bưu cục ở xã, phường số {point.commune}.",
                en=f"Hand-over point {point.code}: commune {point.commune} has no post office.",
                pointer=f"/points/{index}/commune",
            )
        row = known.get(point.code)
        if row is None:
            row = HandoverPoint(id=new_id(), agency_id=agency.id, code=point.code)
            unit.session.add(row)
        row.name, row.address, row.commune_id = point.name, point.address, point.commune
        row.office_id, row.lat, row.lon = office.id, point.lat, point.lon


def _world(unit: Work, client_id: str) -> UUID:
    if client_id.startswith("live_"):
        return LIVE
    world = World(id=new_id(), kind=WorldKind.TEST, name=client_id)
    unit.session.add(world)
    unit.session.flush()
    return world.id


def _webhook(unit: Work, agency: Agency, given: WebhookIn) -> None:
    row = unit.session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.agency_id == agency.id, WebhookEndpoint.url == given.url)
    ).one_or_none()
    if row is None:
        row = WebhookEndpoint(id=new_id(), agency_id=agency.id, world_id=LIVE, url=given.url)
        unit.session.add(row)
    row.secret = Vault.of(unit).seal_apart("webhook_endpoints.secret", str(row.id), given.secret)


def _person(
    unit: Work,
    index: int,
    given: StaffIn,
    offices: dict[str, Office],
    agencies: dict[str, UUID],
    known: dict[str, Staff],
    couriers: dict[UUID, Courier],
) -> None:
    office = offices.get(given.office) if given.office else None
    if given.office and office is None:
        raise Invalid(
            "office-unknown",
            vi=f"Nhân viên {given.login}: không có bưu cục {given.office}.",
            en=f"Staff {given.login}: there is no office {given.office}.",
            pointer=f"/staff/{index}/office",
        )
    row = known.get(given.login)
    if row is None:
        row = Staff(id=new_id(), login=given.login)
        unit.session.add(row)
    row.display_name, row.role, row.password_hash = given.name, given.role, given.password_hash
    row.office_id = office.id if office else None
    row.agency_id = agencies.get(given.agency) if given.agency else None
    if given.courier is not None and office is not None:
        courier = couriers.get(row.id)
        if courier is None:
            courier = Courier(id=new_id(), staff_id=row.id)
            unit.session.add(courier)
        courier.office_id, courier.vehicle, courier.capacity = office.id, given.courier.vehicle, given.courier.capacity
        courier.shift_start, courier.shift_end = given.courier.shift
