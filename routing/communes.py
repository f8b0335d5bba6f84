"""The country as data: provinces, communes and the old units that became them.

A `Gazetteer` is one dated state of the country, frozen; `delivery.store` builds it from rows and the
next merger is another one. `suspects()` tells what in it cannot be right. Points are WGS 84 degrees.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from statistics import median

from routing.units import Anchor, ClosedCommune, Commune, CommuneKind, OldUnit, Province
from routing.wording import key

__all__ = [
    "REFORM",
    "SINCE_JULY_2025",
    "Anchor",
    "ClosedCommune",
    "Commune",
    "CommuneKind",
    "Counts",
    "Fault",
    "Gazetteer",
    "OldUnit",
    "Province",
    "Suspect",
    "km",
]

EARTH_KM = 6371.0088  # IUGG mean radius
UNKNOWN_RADIUS_M = 4_800.0  # the median of the communes whose area is known
# Islands included: Trường Sa lies beyond 111° E, Phú Quốc's islets beyond 102.5° E is sea.
SOUTH, NORTH, WEST, EAST = 6.0, 23.5, 102.0, 117.6


class Fault(StrEnum):
    """What can be wrong with the data."""

    COUNT = "count"
    ORPHAN = "orphan"
    NO_AREA = "no_area"
    POINT_OUTSIDE = "point_outside"
    POINT_FAR = "point_far"
    POINT_SWAPPED = "point_swapped"
    OLD_POINT_FAR = "old_point_far"
    OLD_POINT_SHARED = "old_point_shared"
    CONVERSION_FAR = "conversion_far"
    CONVERSION_NAMESAKE = "conversion_namesake"


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """One thing that cannot be right, with the commune or old unit it is about."""

    fault: Fault
    words: str
    commune_id: int | None = None
    old_unit: OldUnit | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there should be."""

    provinces: int
    communes: int
    old_units: int


REFORM = date(2025, 7, 1)
"""The day of the reform: Resolution 202/2025/QH15 and the provinces' resolutions on communes."""
SINCE_JULY_2025 = Counts(provinces=34, communes=3_321, old_units=10_040)  # Resolution 202/2025/QH15 and its 34 lists


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """One dated state of the country. Refuses double ids, unknown provinces and targets that are not there.

    `closed` are communes of the two-level form that mergers since July 2025 closed: addresses go on naming them.
    """

    provinces: tuple[Province, ...]
    communes: tuple[Commune, ...]
    old_units: tuple[OldUnit, ...]
    closed: tuple[ClosedCommune, ...] = ()
    _by_id: dict[int, Commune] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {province.code for province in self.provinces}
        by_id: dict[int, Commune] = {}
        for commune in self.communes:
            if commune.id in by_id:
                raise ValueError(f"Communes {by_id[commune.id].name} and {commune.name} share the id {commune.id}.")
            if commune.province_code not in codes:
                raise ValueError(f"{commune.name}: no province has the code {commune.province_code!r}.")
            by_id[commune.id] = commune
        for unit in self.old_units:
            for target in unit.targets:
                if target not in by_id:
                    raise ValueError(f"{unit.words}: its target {target} is not a commune of this gazetteer.")
        for gone in self.closed:
            for target in gone.targets:
                if target not in by_id:
                    raise ValueError(f"{gone.commune.name}: its successor {target} is not a commune of this gazetteer.")
        object.__setattr__(self, "_by_id", by_id)

    def commune(self, commune_id: int) -> Commune:
        """The commune with our `commune_id`; KeyError when there is none."""
        return self._by_id[commune_id]

    def find(self, province: str, name: str) -> Commune | None:
        """The commune with exactly this full name ("Phường Sài Gòn") in the province with exactly this full name."""
        return self._by_name.get((province, name))

    def sources(self, commune_id: int) -> tuple[OldUnit, ...]:
        """The old units that lie, wholly or in part, inside a commune."""
        return self._sources.get(commune_id, ())

    def province_since(self, old_province: str) -> Province | None:
        """The province that an old province is now part of."""
        return self._since.get(old_province)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Commune]:
        return {(commune.province, commune.name): commune for commune in self.communes}

    @cached_property
    def _since(self) -> dict[str, Province]:
        return {former: province for province in self.provinces for former in province.former}

    @cached_property
    def _sources(self) -> dict[int, tuple[OldUnit, ...]]:
        into: dict[int, list[OldUnit]] = defaultdict(list)
        for unit in self.old_units:
            for target in unit.targets:
                into[target].append(unit)
        return {commune_id: tuple(units) for commune_id, units in into.items()}

    def anchor(self, commune_id: int) -> Anchor:
        """The point to use for a commune: its own, or, where that is wrong, the middle of its old units."""
        commune = self.commune(commune_id)
        radius_m = commune.radius_m or UNKNOWN_RADIUS_M
        units = self._trusted(commune_id) if commune_id in self.misplaced else []
        if not units:
            return Anchor(lat=commune.lat, lon=commune.lon, radius_m=radius_m)
        lat = median(unit.lat for unit in units if unit.lat is not None)
        lon = median(unit.lon for unit in units if unit.lon is not None)
        # The area came with the point and may be the other place's: reach at least the farthest old unit.
        farthest = max(km(lat, lon, unit.lat or 0.0, unit.lon or 0.0) for unit in units)
        return Anchor(lat=lat, lon=lon, radius_m=max(radius_m, round(farthest * 1_000)), mended=True)

    def suspects(self, expected: Counts = SINCE_JULY_2025) -> tuple[Suspect, ...]:
        """Everything that cannot be right, worst first by kind: counts, orphans, points, conversions."""
        return (*self._wrong_counts(expected), *self._orphans(), *self._points, *self._conversions)

    @cached_property
    def doubtful(self) -> frozenset[tuple[str, str, str]]:
        """(ward, district, province) of old units whose conversion is suspect: an address there must be asked about."""
        return frozenset(
            (suspect.old_unit.ward, suspect.old_unit.district, suspect.old_unit.province)
            for suspect in self._conversions
            if suspect.old_unit
        )

    @cached_property
    def misplaced(self) -> frozenset[int]:
        """Ids of communes whose point is not to be trusted."""
        wrong = {Fault.POINT_FAR, Fault.POINT_OUTSIDE, Fault.POINT_SWAPPED}
        return frozenset(s.commune_id for s in self._points if s.fault in wrong and s.commune_id is not None)

    def _wrong_counts(self, expected: Counts) -> list[Suspect]:
        pairs = (
            ("provinces", len(self.provinces), expected.provinces),
            ("communes", len(self.communes), expected.communes),
            ("old units", len(self.old_units), expected.old_units),
        )
        return [
            Suspect(fault=Fault.COUNT, words=f"{there} {what}, expected {due}.")
            for what, there, due in pairs
            if there != due
        ]

    def _orphans(self) -> list[Suspect]:
        peopled = {commune.province_code for commune in self.communes}
        found = [
            Suspect(fault=Fault.ORPHAN, words=f"{province.name} has no commune.")
            for province in self.provinces
            if province.code not in peopled
        ]
        found += [
            Suspect(fault=Fault.ORPHAN, words=f"No old unit leads to {c.name}, {c.province}.", commune_id=c.id)
            for c in self.communes
            if c.id not in self._sources
        ]
        found += [
            Suspect(fault=Fault.ORPHAN, words=f"{unit.words} leads nowhere.", old_unit=unit)
            for unit in self.old_units
            if not unit.targets
        ]
        found += [
            Suspect(fault=Fault.ORPHAN, words=f"{gone.commune.name}, {gone.commune.province} was closed into nothing.")
            for gone in self.closed
            if not gone.targets
        ]
        return found

    @cached_property
    def _shared_old(self) -> frozenset[OldUnit]:
        """Old units with another's very point: a geocoder gave the district's middle, or a namesake's place."""
        at: dict[tuple[float | None, float | None], list[OldUnit]] = defaultdict(list)
        for unit in self.old_units:
            at[unit.lat, unit.lon].append(unit)
        return frozenset(u for point, units in at.items() if point[0] is not None and len(units) > 1 for u in units)

    @cached_property
    def _stray_old(self) -> dict[OldUnit, float]:
        """Old units whose own point lies far from their district's middle, with the distance in km."""
        districts: dict[tuple[str, str], list[OldUnit]] = defaultdict(list)
        for unit in self.old_units:
            if unit.lat is not None and unit.lon is not None and unit not in self._shared_old:
                districts[unit.province, unit.district].append(unit)
        stray: dict[OldUnit, float] = {}
        for units in districts.values():
            lat = median(unit.lat for unit in units if unit.lat is not None)
            lon = median(unit.lon for unit in units if unit.lon is not None)
            away = {unit: km(lat, lon, unit.lat or 0.0, unit.lon or 0.0) for unit in units}
            usual = median(away.values())
            stray |= {unit: far for unit, far in away.items() if far > max(12.0, 4 * usual)}
        return stray

    def _trusted(self, commune_id: int) -> list[OldUnit]:
        """A commune's old units with a point of their own that agrees with their district."""
        return [u for u in self.sources(commune_id) if u.lat is not None and not self._mistrusted(u)]

    def _mistrusted(self, unit: OldUnit) -> bool:
        return unit in self._stray_old or unit in self._shared_old

    @cached_property
    def _points(self) -> tuple[Suspect, ...]:
        found: list[Suspect] = []
        far: dict[int, float] = {}
        for commune in self.communes:
            where = f"{commune.name}, {commune.province}"
            if commune.radius_m is None:
                found.append(Suspect(fault=Fault.NO_AREA, words=f"{where} has no area.", commune_id=commune.id))
            if not (SOUTH <= commune.lat <= NORTH and WEST <= commune.lon <= EAST):
                found.append(Suspect(fault=Fault.POINT_OUTSIDE, words=f"{where} lies abroad.", commune_id=commune.id))
            away = [gap for unit in self._trusted(commune.id) if (gap := _gap(commune, unit)) is not None]
            if away and min(away) > 3 * _radius_km(commune) and min(away) > 5:
                far[commune.id] = min(away)
        for commune_id, gap in far.items():
            commune = self.commune(commune_id)
            twin = next((o for o in far if o != commune_id and self._swapped(commune_id, o)), None)
            words = f"{commune.name}, {commune.province}: its point is {gap:.0f} km from the nearest of its old units"
            if twin is None:
                found.append(Suspect(fault=Fault.POINT_FAR, words=words + ".", commune_id=commune_id))
            else:
                words += f", but fits those of {self.commune(twin).name}."
                found.append(Suspect(fault=Fault.POINT_SWAPPED, words=words, commune_id=commune_id))
        found += [
            Suspect(
                fault=Fault.OLD_POINT_FAR,
                words=f"{unit.words}: its point is {gap:.0f} km from its district.",
                old_unit=unit,
            )
            for unit, gap in self._stray_old.items()
        ]
        found += [
            Suspect(fault=Fault.OLD_POINT_SHARED, words=f"{unit.words}: its point is another's too.", old_unit=unit)
            for unit in self.old_units
            if unit in self._shared_old
        ]
        return tuple(found)

    def _swapped(self, commune_id: int, other_id: int) -> bool:
        return self._explains(commune_id, other_id) and self._explains(other_id, commune_id)

    def _explains(self, commune_id: int, other_id: int) -> bool:
        """Whether the point of one commune fits the old units of another."""
        gaps = [_gap(self.commune(commune_id), unit) for unit in self._trusted(other_id)]
        return min((gap for gap in gaps if gap is not None), default=math.inf) < 2.5 * _radius_km(
            self.commune(other_id)
        )

    @cached_property
    def _conversions(self) -> tuple[Suspect, ...]:
        """Old units led too far away, and divided ones that share their targets with a namesake elsewhere."""
        misplaced = self.misplaced
        namesakes: dict[tuple[str, int], list[OldUnit]] = defaultdict(list)
        for unit in self.old_units:
            if unit.divided:
                for target in unit.targets:
                    namesakes[key(unit.ward), target].append(unit)
        found = []
        for unit in self.old_units:
            twin = next(
                (t for target in unit.targets for t in namesakes.get((key(unit.ward), target), ()) if t is not unit),
                None,
            )
            if twin is not None and unit.divided:
                words = f"{unit.words} shares its targets with its namesake in {twin.district}."
                found.append(Suspect(fault=Fault.CONVERSION_NAMESAKE, words=words, old_unit=unit))
                continue
            if self._mistrusted(unit):
                continue
            for target in unit.targets:
                commune = self.commune(target)
                gap = _gap(commune, unit)
                if gap is None or target in misplaced or gap < max(8.0, 3.5 * _radius_km(commune)):
                    continue
                if not unit.divided and self._has_neighbour(unit, commune):
                    continue
                words = f"{unit.words} is led to {commune.name}, {gap:.0f} km away."
                found.append(Suspect(fault=Fault.CONVERSION_FAR, words=words, old_unit=unit, commune_id=target))
        return tuple(found)

    def _has_neighbour(self, unit: OldUnit, commune: Commune) -> bool:
        """Whether another unit of the same district, near the commune, went there too."""
        return any(
            other is not unit
            and (other.district, other.province) == (unit.district, unit.province)
            and (_gap(commune, other) or math.inf) < 3 * _radius_km(commune)
            for other in self.sources(commune.id)
        )


def km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance in km (haversine)."""
    rise = math.sin(math.radians(other_lat - lat) / 2) ** 2
    run = math.sin(math.radians(other_lon - lon) / 2) ** 2
    return (
        2
        * EARTH_KM
        * math.asin(math.sqrt(min(1.0, rise + math.cos(math.radians(lat)) * math.cos(math.radians(other_lat)) * run)))
    )


def _radius_km(commune: Commune) -> float:
    return (commune.radius_m or UNKNOWN_RADIUS_M) / 1_000


def _gap(commune: Commune, unit: OldUnit) -> float | None:
    if unit.lat is None or unit.lon is None:
        return None
    return km(commune.lat, commune.lon, unit.lat, unit.lon)
