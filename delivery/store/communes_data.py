"""The installed data package `vietnamadminunits`, read as data into a `Gazetteer`.

Only its SQLite file and its conversion table are opened. Nothing of the package is imported or called:
its converter would send addresses to a web geocoder.
"""

import hashlib
import json
import math
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from delivery.errors import NotFound
from routing.communes import Commune, CommuneKind, Gazetteer, OldUnit, Province
from routing.wording import key, tidy

PACKAGE = "vietnamadminunits"
_KINDS = {"Phường": CommuneKind.WARD, "Xã": CommuneKind.COMMUNE, "Đặc khu": CommuneKind.SPECIAL_ZONE}
_WARD_KIND = re.compile(r"^(phuong|xa|thitran)(?=.)")
_WARD_NUMBER = re.compile(r"^(?:phuong|ward|p|f)(\d+)$")
_DISTRICT_KIND = re.compile(r"^(quan(?=\d)|huyen|thixa|thanhpho|tx|tp|q(?=\d))(?=.)")

_UNITS = """
    SELECT provinceCode, provinceKey, province, provinceLat, provinceLon,
           wardCode, wardKey, ward, wardType, wardLat, wardLon, wardAreaKm2
    FROM admin_units ORDER BY provinceCode, wardCode
"""
_OLD_UNITS = """
    SELECT provinceKey, province, districtKey, district, districtAlias,
           wardCode, wardKey, ward, wardAlias, wardLat, wardLon
    FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode
"""

NewKey = tuple[str, str]  # (province key, ward key) as the package writes them
_Conversion = Mapping[str, Mapping[str, Mapping[str, list[str] | list[Mapping[str, str]]]]]


def read_gazetteer(folder: Path | None = None) -> Gazetteer:
    """The state of the country since 1 July 2025. `folder` holds dataset.db and converter_2025.json.

    Raises NotFound when the package, or one of its two files, is not there or cannot be read.
    """
    folder = folder or _installed()
    units = list(_rows(folder, _UNITS))
    ids = {(row["provinceKey"], row["wardKey"]): commune_id(row["province"], row["ward"]) for row in units}
    targets = _targets(_conversion(folder), ids)
    old_units = tuple(_old_unit(row, targets) for row in _rows(folder, _OLD_UNITS))
    former = _former_provinces(
        old_units, {_id: tidy(row["province"]) for _id, row in zip(ids.values(), units, strict=True)}
    )
    provinces = {row["provinceCode"]: row for row in units}
    return Gazetteer(
        provinces=tuple(
            Province(
                code=code,
                name=tidy(row["province"]),
                former=former.get(tidy(row["province"]), ()),
                lat=row["provinceLat"],
                lon=row["provinceLon"],
            )
            for code, row in provinces.items()
        ),
        communes=tuple(_commune(row) for row in units),
        old_units=old_units,
    )


def _rows(folder: Path, query: str) -> Iterator[sqlite3.Row]:
    """One at a time, of the columns that are used: all rows whole would be most of what a process needs at its peak."""
    try:
        with closing(sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)) as data:
            data.row_factory = sqlite3.Row
            yield from data.execute(query)
    except (sqlite3.Error, ValueError) as reason:
        raise _missing(str(reason)) from reason


def _conversion(folder: Path) -> _Conversion:
    try:
        conversion: _Conversion = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise _missing(str(reason)) from reason
    return conversion


def commune_id(province: str, name: str, opened: date | None = None) -> int:
    """Our own id of a commune: 31 bits of the SHA-256 of its full names.

    From the names, since published lists disagree on some 120 official codes; the same in every database
    and every load. `opened` is the day of a commune younger than the reform: a name may live twice.
    A clash would be refused by `Gazetteer`.
    """
    day = f"/{opened.isoformat()}" if opened else ""
    digest = hashlib.sha256(f"{tidy(province)}/{tidy(name)}{day}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1


def _installed() -> Path:
    spec = find_spec(PACKAGE)  # locates, does not import
    if spec is None or not spec.submodule_search_locations:
        raise _missing("not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _missing(why: str) -> NotFound:
    return NotFound(
        "communes-data-missing",
        vi=f"Không đọc được dữ liệu đơn vị hành chính (gói {PACKAGE}): {why}. Hãy cài lại môi trường.",
        en=f"The administrative units' data (package {PACKAGE}) cannot be read: {why}. Install the environment again.",
        facts={"package": PACKAGE},
    )


def _commune(row: sqlite3.Row) -> Commune:
    area = row["wardAreaKm2"]
    return Commune(
        id=commune_id(row["province"], row["ward"]),
        code=row["wardCode"],
        name=tidy(row["ward"]),
        kind=_KINDS[tidy(row["wardType"])],
        province_code=row["provinceCode"],
        province=tidy(row["province"]),
        lat=row["wardLat"],
        lon=row["wardLon"],
        radius_m=round(math.sqrt(area / math.pi) * 1_000, 1) if area else None,
    )


def _old_unit(row: sqlite3.Row, targets: Mapping[str, tuple[int, ...]]) -> OldUnit:
    return OldUnit(
        ward=tidy(row["ward"] or ""),
        # One object a name, not one a row.
        district=sys.intern(tidy(row["district"])),
        province=sys.intern(tidy(row["province"])),
        targets=targets.get(f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}", ()),
        code=row["wardCode"] or "",
        lat=row["wardLat"],
        lon=row["wardLon"],
        former=_plain(json.loads(row["wardAlias"] or "[]"), _WARD_KIND),
        district_former=_plain(json.loads(row["districtAlias"] or "[]"), _DISTRICT_KIND),
    )


def _plain(aliases: Sequence[str], kind: re.Pattern[str]) -> tuple[str, ...]:
    """Former names as keys, each once, without their kind; the package's English forms are left out."""
    plain: list[str] = []
    for alias in aliases:
        bare = kind.sub("", alias)
        # "xadan" may be a name that only looks as if it began with a kind: the package lists such a name once.
        name = key(_WARD_NUMBER.sub(r"\1", bare if bare in aliases or kind is _DISTRICT_KIND else alias))
        if name.isdigit():
            name = str(int(name))
        if not name.startswith("district") and name not in plain:
            plain.append(name)
    return tuple(plain)


def _targets(conversion: _Conversion, ids: Mapping[NewKey, int]) -> dict[str, tuple[int, ...]]:
    """Old key → commune ids, the one that the package calls the default first."""
    targets: dict[str, tuple[int, ...]] = {}
    for province, wards in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, old_keys in wards.items():
            for old_key in old_keys:
                targets[str(old_key)] = (*targets.get(str(old_key), ()), ids[province, ward])
    for province, divided in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in divided.items():
            named = [part for part in parts if isinstance(part, Mapping)]
            named.sort(key=lambda part: not part["isDefaultNewWard"])
            targets[old_key] = tuple(ids[province, part["newWardKey"]] for part in named)
    return targets


def _former_provinces(old_units: Iterable[OldUnit], now: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
    """New province name → the old provinces whose units went there."""
    former: dict[str, list[str]] = {}
    for unit in old_units:
        for target in unit.targets:
            names = former.setdefault(now[target], [])
            if unit.province not in names:
                names.append(unit.province)
    return {province: tuple(names) for province, names in former.items()}
