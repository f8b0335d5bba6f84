"""Builds what tests start from, through the same loading code as an installation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import select

from delivery import parties, policies
from delivery.money import publishing
from delivery.store.agencies import Agency, HandoverPoint
from delivery.store.communes import Commune
from delivery.store.offices import Office
from delivery.store.staff import Courier, Staff
from delivery.wiring import Wiring

PASSWORD = "mat-khau-thu-nghiem-1"
CLIENT_SECRET = "secret-of-the-tests-0123456789abcdef"
HCMC = "79"


@dataclass(frozen=True, kw_only=True)
class Town:
    """A small piece of Ho Chi Minh City.

    `sai_gon` accepts and delivers, `tan_dinh` delivers. Agency "H29" (the city) has
    points "P1" (served by sai_gon) and "P2" (by tan_dinh); "H30" has "P1". Each has
    one live client and "H29" a test client; all secrets are CLIENT_SECRET. Logins:
    "<role>.sg", "<role>.td" for clerk, dispatcher, manager; couriers "courier.sg.1",
    "courier.sg.2", "courier.td.1"; "officer.H29"; "admin", "admin.2"; "auditor". All passwords are PASSWORD.
    """

    sai_gon: UUID
    tan_dinh: UUID
    communes: Mapping[str, int]
    agencies: Mapping[str, UUID]
    points: Mapping[tuple[str, str], UUID]
    staff: Mapping[str, UUID]
    couriers: Mapping[str, UUID]
    clients: Mapping[str, str] = field(
        default_factory=lambda: {"H29": "live_h29main", "H30": "live_h30main", "test": "test_h29sandbox"}
    )


@lru_cache
def password_hash() -> str:
    """PASSWORD under argon2id with the cheapest parameters: tests sign in often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def _staff(offices: Mapping[str, str]) -> list[dict[str, object]]:
    people: list[dict[str, object]] = []

    def add(login: str, role: str, **more: object) -> None:
        people.append({"login": login, "name": login, "role": role, "password_hash": password_hash(), **more})

    for short, office in offices.items():
        for role in ("clerk", "dispatcher", "manager"):
            add(f"{role}.{short}", role, office=office)
    for login, office in (("courier.sg.1", "sg"), ("courier.sg.2", "sg"), ("courier.td.1", "td")):
        add(login, "courier", office=offices[office], courier={"capacity": 120})
    add("officer.H29", "agency_officer", agency="H29")
    for login in ("admin", "admin.2"):
        add(login, "administrator")
    add("auditor", "auditor")
    return people


def _agency(code: str, name: str, points: list[tuple[str, int, float, float]], clients: list[str]) -> dict[str, object]:
    digest = hashlib.sha256(CLIENT_SECRET.encode()).hexdigest()
    scopes = ["items:write", "items:read", "items:cancel", "webhooks", "quotes"]
    return {
        "code": code,
        "name": name,
        "points": [
            {"code": p, "name": f"Một cửa {p}", "address": f"{n} Lê Duẩn", "commune": c, "lat": lat, "lon": lon}
            for n, (p, c, lat, lon) in enumerate(points, 1)
        ],
        "clients": [{"id": c, "name": c, "secret_sha256": [digest], "scopes": scopes} for c in clients],
    }


def make_town(wiring: Wiring) -> Town:
    """Load the town into an empty, migrated database that has the communes."""
    with wiring.work("job:factories") as unit:
        session = unit.session
        names = {"sai_gon": "Phường Sài Gòn", "tan_dinh": "Phường Tân Định"}
        found = {
            key: session.scalars(select(Commune).where(Commune.province_code == HCMC, Commune.name == name)).one()
            for key, name in names.items()
        }
        policies.load_default(unit)
        publishing.seed(unit)
        for commune in found.values():
            session.add(
                Office(
                    code=parties.office_code(commune.id),
                    name=f"Bưu cục {commune.name}",
                    commune_id=commune.id,
                    lat=commune.lat,
                    lon=commune.lon,
                )
            )
        session.flush()
        sg, td = found["sai_gon"], found["tan_dinh"]
        document = {
            "agencies": [
                _agency(
                    "H29",
                    "Ủy ban nhân dân Thành phố Hồ Chí Minh",
                    [("P1", sg.id, sg.lat + 0.001, sg.lon + 0.001), ("P2", td.id, td.lat + 0.001, td.lon)],
                    ["live_h29main", "test_h29sandbox"],
                ),
                _agency("H30", "Công an Thành phố Hồ Chí Minh", [("P1", sg.id, sg.lat, sg.lon)], ["live_h30main"]),
            ],
            "staff": _staff({"sg": parties.office_code(sg.id), "td": parties.office_code(td.id)}),
        }
        parties.load(unit, parties.Parties.model_validate(document))
        offices = dict(session.execute(select(Office.commune_id, Office.id)).all())
        logins = dict(session.execute(select(Staff.id, Staff.login)).all())
        codes = dict(session.execute(select(Agency.id, Agency.code)).all())
        return Town(
            sai_gon=offices[sg.id],
            tan_dinh=offices[td.id],
            communes={"sai_gon": sg.id, "tan_dinh": td.id},
            agencies={code: agency_id for agency_id, code in codes.items()},
            points={(codes[p.agency_id], p.code): p.id for p in session.scalars(select(HandoverPoint))},
            staff={login: staff_id for staff_id, login in logins.items()},
            couriers={logins[c.staff_id]: c.id for c in session.scalars(select(Courier))},
        )
