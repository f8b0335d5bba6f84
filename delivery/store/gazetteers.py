"""The country as the tables have it on a day, over any connection: SQLAlchemy is not needed for it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from delivery.errors import NotFound
from routing.communes import ClosedCommune, Commune, CommuneKind, Gazetteer, OldUnit, Province

Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Runs a query without parameters and gives its rows, columns in the query's order."""

_PROVINCES = "SELECT code, name, former, lat, lon FROM provinces ORDER BY code"
_COMMUNES = """
    SELECT id, code, name, kind, province_code, lat, lon, radius_m, valid_from, valid_until FROM communes ORDER BY id
"""
_SUCCESSORS = "SELECT commune_id, successor_id FROM commune_successors ORDER BY successor_id"
_TARGETS = "SELECT old_unit_id, commune_id FROM old_unit_targets ORDER BY commune_id"
_OLD_UNITS = """
    SELECT id, code, ward, district, province, former, district_former, lat, lon FROM old_units ORDER BY id
"""


def gazetteer_as_of(ask: Ask, day: date) -> Gazetteer:
    """The gazetteer of `day` (Vietnam's): old units and closed communes lead to what is there then.

    Raises NotFound when the tables are empty.
    """
    provinces = tuple(
        Province(code=code, name=name, former=tuple(former), lat=lat, lon=lon)
        for code, name, former, lat, lon in ask(_PROVINCES)
    )
    if not provinces:
        raise NotFound(
            "communes-not-loaded",
            vi="Chưa nạp danh mục xã, phường: chạy lệnh flask communes load.",
            en="The communes are not loaded: run flask communes load.",
        )
    there, gone = _communes(ask, {province.code: province.name for province in provinces}, day)
    living = frozenset(commune.id for commune in there)
    after = _lists(ask(_SUCCESSORS))
    targets = _lists(ask(_TARGETS))
    # One object a name, not one a row.
    names: dict[str, str] = {}
    return Gazetteer(
        provinces=provinces,
        communes=tuple(there),
        old_units=tuple(
            OldUnit(
                ward=ward,
                district=names.setdefault(district, district),
                province=names.setdefault(province, province),
                targets=_followed(targets.pop(unit_id, []), living, after),
                code=code,
                lat=lat,
                lon=lon,
                former=tuple(former),
                district_former=tuple(district_former),
            )
            for unit_id, code, ward, district, province, former, district_former, lat, lon in ask(_OLD_UNITS)
        ),
        closed=tuple(
            ClosedCommune(commune=commune, until=until, targets=_followed([commune.id], living, after))
            for commune, until in gone
        ),
    )


def _communes(ask: Ask, provinces: Mapping[str, str], day: date) -> tuple[list[Commune], list[tuple[Commune, date]]]:
    """Those that are there on `day`, and those that were closed by then, each with the day it was."""
    there: list[Commune] = []
    gone: list[tuple[Commune, date]] = []
    for key, code, name, kind, province_code, lat, lon, radius_m, valid_from, valid_until in ask(_COMMUNES):
        if valid_from > day:
            continue
        commune = Commune(
            id=key,
            code=code,
            name=name,
            kind=CommuneKind(kind),
            province_code=province_code,
            province=provinces[province_code],
            lat=lat,
            lon=lon,
            radius_m=radius_m,
        )
        if valid_until is None or day < valid_until:
            there.append(commune)
        else:
            gone.append((commune, valid_until))
    return there, gone


def _lists(pairs: Iterable[tuple[Any, ...]]) -> dict[int, list[int]]:
    lists: dict[int, list[int]] = {}
    for begun, led in pairs:
        lists.setdefault(begun, []).append(led)
    return lists


def _followed(begun: list[int], there: frozenset[int], after: Mapping[int, list[int]]) -> tuple[int, ...]:
    """The communes in `there` that `begun` led to, each once; a chain of mergers is followed to its end."""
    found: dict[int, None] = {}
    seen: set[int] = set()
    waiting = begun[::-1]
    while waiting:
        at = waiting.pop()
        if at in there:
            found[at] = None
        elif at not in seen:
            seen.add(at)
            waiting += after.get(at, ())[::-1]
    return tuple(found)
