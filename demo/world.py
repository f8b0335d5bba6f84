"""What exists in the demo: wards in play, their offices and staff, the agencies and their hand-over points.

Names and places are the real units of Ho Chi Minh City, read from the installed data package as data; the people who
work there are made up. The same number of items always gives the same world.
"""

import hashlib
import json
import math
import random
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

CITY = "79"
CITY_NAME = "Thành phố Hồ Chí Minh"
CENTRE = "Phường Sài Gòn"
LEAST_ITEMS = 50
USUAL_WARDS, USUAL_ITEMS = 12, 1500
ALL_ITEMS = 6000
PASSWORD = "buu-dien-trinh-dien"  # noqa: S105  # printed at the end: the demo is open to whoever runs it
SCOPES = ("items:write", "items:read", "items:cancel", "webhooks", "quotes")
MORNING_AND_AFTERNOON = (450, 1020)
"""A courier's shift, in minutes after midnight."""


class WorldWrong(ValueError):
    """The demo's world cannot be made; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A commune-level unit of before July 2025. `split`: it was divided, so its name alone decides nothing."""

    ward: str
    district: str
    province: str
    split: bool = False


@dataclass(frozen=True, kw_only=True)
class Ward:
    """One of the city's 168 units as the product lists it, with the old units that lie wholly inside."""

    id: int
    code: str
    name: str
    lat: float
    lon: float
    office: str
    radius_m: float
    old: tuple[Unit, ...] = ()

    @property
    def short(self) -> str:
        """What logins of its office end with."""
        return self.office.removeprefix("BC")


@dataclass(frozen=True, kw_only=True)
class Point:
    """An agency's hand-over point, in a ward in play."""

    code: str
    name: str
    address: str
    ward: Ward
    lat: float
    lon: float


@dataclass(frozen=True, kw_only=True)
class Agency:
    """A handling agency with its API client."""

    code: str
    organisation: str
    name: str
    client: str
    secret: str = field(repr=False)
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that exists before the first item: `wards` are in play, `city` is all of it."""

    items: int
    city: tuple[Ward, ...]
    wards: tuple[Ward, ...]
    divided: tuple[Unit, ...]
    agencies: tuple[Agency, ...]

    def couriers(self, ward: Ward) -> tuple[str, ...]:
        """The logins of the couriers of a ward's office: one for each 60 results a day, at least one, at most three."""
        share = self.items / len(self.wards) if ward in self.wards else 0
        count = max(1, min(3, math.ceil(share / 60)))
        return tuple(f"courier.{ward.short}.{number}" for number in range(1, count + 1))

    def parties(self, password_hash: str) -> dict[str, list[dict[str, object]]]:
        """The document that `flask parties load` reads."""
        return {
            "agencies": [_agency_entry(agency) for agency in self.agencies],
            "staff": [person for ward in self.city for person in self._staff(ward, password_hash)],
        }

    def _staff(self, ward: Ward, password_hash: str) -> list[dict[str, object]]:
        titles = {"clerk": "Giao dịch viên", "dispatcher": "Điều phối viên", "manager": "Trưởng bưu cục"}
        people: list[dict[str, object]] = [
            {
                "login": f"{role}.{ward.short}",
                "name": f"{title} {ward.name}",
                "role": role,
                "office": ward.office,
                "password_hash": password_hash,
            }
            for role, title in titles.items()
        ]
        for number, login in enumerate(self.couriers(ward), 1):
            people.append(
                {
                    "login": login,
                    "name": f"Bưu tá {number} {ward.name}",
                    "role": "courier",
                    "office": ward.office,
                    "password_hash": password_hash,
                    "courier": {"vehicle": "motorbike", "capacity": 200, "shift": list(MORNING_AND_AFTERNOON)},
                }
            )
        return people


def wards_in_play(items: int) -> int:
    """How many wards `items` results go to: 12 for 1,500, fewer for a small demo, all 168 from 6,000 on."""
    if items < LEAST_ITEMS:
        raise WorldWrong(f"The demo takes {LEAST_ITEMS} items or more, not {items}: fewer could not meet every fate.")
    if items <= USUAL_ITEMS:
        return max(3, min(USUAL_WARDS, items // 50))
    share = (min(items, ALL_ITEMS) - USUAL_ITEMS) / (ALL_ITEMS - USUAL_ITEMS)
    return round(USUAL_WARDS + share * (168 - USUAL_WARDS))


def make_world(listed: Sequence[str], items: int, folder: Path | None = None) -> World:
    """The world for `items` results. `listed`: the lines of `flask communes list --province 79`; `folder`: the data."""
    folder = folder or _installed()
    old, divided = _old_units(folder)
    areas = _areas(folder)
    city = []
    for line in listed:
        row = json.loads(line)
        name = str(row["name"])
        city.append(
            Ward(
                id=int(row["id"]),
                code=str(row["code"]),
                name=name,
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                office=str(row["office"]),
                radius_m=math.sqrt(areas.get(name, 2.0) / math.pi) * 1000,
                old=tuple(old.get(name, ())),
            )
        )
    centre = next((ward for ward in city if ward.name == CENTRE), None)
    if centre is None:
        raise WorldWrong(f"The list of communes has no {CENTRE}: load the communes first.")
    city.sort(key=lambda ward: (metres(centre, ward.lat, ward.lon), ward.id))
    wards = tuple(city[: wards_in_play(items)])
    return World(
        items=items, city=tuple(city), wards=wards, divided=tuple(divided), agencies=_agencies(wards, random.Random(2))
    )


def metres(ward: Ward, lat: float, lon: float) -> float:
    """Roughly how far a place is from a ward's point."""
    north = (lat - ward.lat) * 110_574
    east = (lon - ward.lon) * 111_320 * math.cos(math.radians(ward.lat))
    return math.hypot(north, east)


def _agencies(wards: Sequence[Ward], chance: random.Random) -> tuple[Agency, ...]:
    houses = (
        ("UBND", "H29", "Ủy ban nhân dân Thành phố Hồ Chí Minh", "Trung tâm Phục vụ hành chính công", 4),
        ("CATP", "A08", "Công an Thành phố Hồ Chí Minh", "Bộ phận Một cửa Công an", 3),
        ("SNNMT", "G13", "Sở Nông nghiệp và Môi trường", "Bộ phận Một cửa Sở", 3),
    )
    agencies = []
    place = 0
    for code, organisation, name, desk, count in houses:
        points = []
        for number in range(1, count + 1):
            ward = wards[place % len(wards)]
            place += 1
            points.append(
                Point(
                    code=f"MC{number}",
                    name=f"{desk}, {ward.name}",
                    address=f"{number * 10} Lê Duẩn, {ward.name}, {CITY_NAME}",
                    ward=ward,
                    lat=ward.lat + chance.uniform(-0.002, 0.002),
                    lon=ward.lon + chance.uniform(-0.002, 0.002),
                )
            )
        secret = hashlib.sha256(f"demo {code}".encode()).hexdigest()
        agencies.append(
            Agency(
                code=code,
                organisation=organisation,
                name=name,
                client=f"live_{code.lower()}",
                secret=secret,
                points=tuple(points),
            )
        )
    return tuple(agencies)


def _agency_entry(agency: Agency) -> dict[str, object]:
    return {
        "code": agency.code,
        "name": agency.name,
        "points": [
            {
                "code": point.code,
                "name": point.name,
                "address": point.address,
                "commune": point.ward.id,
                "lat": point.lat,
                "lon": point.lon,
            }
            for point in agency.points
        ],
        "clients": [
            {
                "id": agency.client,
                "name": f"Phần mềm một cửa {agency.code}",
                "secret_sha256": [hashlib.sha256(agency.secret.encode()).hexdigest()],
                "scopes": list(SCOPES),
            }
        ],
    }


def _installed() -> Path:
    found = find_spec("vietnamadminunits")  # locates, does not import: the package would load a geocoder
    if found is None or not found.submodule_search_locations:
        raise WorldWrong("The package vietnamadminunits is not installed: run make demo.")
    return Path(next(iter(found.submodule_search_locations))) / "data"


def _areas(folder: Path) -> dict[str, float]:
    with closing(sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)) as data:
        rows = data.execute("SELECT ward, wardAreaKm2 FROM admin_units WHERE provinceCode = ?", (CITY,)).fetchall()
    return {name: area for name, area in rows if area}


def _old_units(folder: Path) -> tuple[dict[str, list[Unit]], list[Unit]]:
    """Old units by the new unit that they lie wholly in, and those that were divided."""
    conversion = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)) as data:
        names = dict(data.execute("SELECT wardKey, ward FROM admin_units WHERE provinceCode = ?", (CITY,)).fetchall())
        city_key = data.execute("SELECT provinceKey FROM admin_units WHERE provinceCode = ?", (CITY,)).fetchone()[0]
        legacy = {
            f"{province_key}_{district_key}_{ward_key}": (ward, district, province)
            for province_key, district_key, ward_key, ward, district, province in data.execute(
                "SELECT provinceKey, districtKey, wardKey, ward, district, province FROM admin_units_legacy"
                " WHERE ward IS NOT NULL"
            )
        }
    inside: dict[str, list[Unit]] = defaultdict(list)
    homes: dict[str, int] = defaultdict(int)
    whole = conversion["DICT_PROVINCE_WARD_NO_DIVIDED"][city_key]
    for keys in whole.values():
        for key in keys:
            homes[key] += 1
    for ward_key, keys in whole.items():
        for key in keys:
            if key in legacy and homes[key] == 1:
                ward, district, province = legacy[key]
                inside[names[ward_key]].append(Unit(ward=ward, district=district, province=province))
    divided = []
    for key in conversion["DICT_PROVINCE_WARD_DIVIDED"].get(city_key, {}):
        if key in legacy:
            ward, district, province = legacy[key]
            divided.append(Unit(ward=ward, district=district, province=province, split=True))
    return dict(inside), divided
