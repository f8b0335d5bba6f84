"""A merger of communes as a value, and what is wrong with it before it may become data.

On its `day` communes close, each into one or several others of its province, and new ones open. A rename is a
merger of one into one; a division closes one into several.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from routing.communes import EAST, NORTH, SOUTH, WEST, Gazetteer
from routing.units import CommuneKind

KINDS = {"Phường": CommuneKind.WARD, "Xã": CommuneKind.COMMUNE, "Đặc khu": CommuneKind.SPECIAL_ZONE}
LARGEST_KM2 = 5_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A commune that begins on the day; `province` and `name` in full ("Tỉnh An Giang", "Phường Long Xuyên")."""

    province: str
    name: str
    code: str
    lat: float
    lon: float
    area_km2: float | None = None

    @property
    def kind(self) -> CommuneKind | None:
        """What its name says that it is, None when it says nothing."""
        return next((kind for word, kind in KINDS.items() if self.name.startswith(word + " ")), None)

    @property
    def radius_m(self) -> float | None:
        """That of a circle of its area."""
        return round(math.sqrt(self.area_km2 / math.pi) * 1_000, 1) if self.area_km2 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """A commune that was there to the day before, and the names of those in its province that it went `into`."""

    province: str
    name: str
    into: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merger:
    """What one resolution changes on its `day`."""

    day: date
    opens: tuple[Opened, ...] = ()
    closes: tuple[Closed, ...] = ()


def refusals(merger: Merger, before: Gazetteer) -> list[str]:
    """Why the merger cannot be true of the country as it is on its day without it, in sentences; none when it can."""
    return [*_about_opened(merger, before), *_about_closed(merger, before)]


def _about_opened(merger: Merger, before: Gazetteer) -> Iterator[str]:
    provinces = {province.name for province in before.provinces}
    closing = {(gone.province, gone.name) for gone in merger.closes}
    fed = {(gone.province, name) for gone in merger.closes for name in gone.into}
    twice = Counter((new.province, new.name) for new in merger.opens)
    for new in merger.opens:
        where = f"{new.name}, {new.province}"
        if new.province not in provinces:
            yield f"{where}: there is no province of this name; write it in full."
            continue
        if twice[new.province, new.name] > 1:
            yield f"{where} is opened twice."
        if new.kind is None:
            yield f"{where}: a name begins with Phường, Xã or Đặc khu."
        if before.find(new.province, new.name) and (new.province, new.name) not in closing:
            yield f"{where} is there already: close it too, or let others go into it without opening it."
        if not (SOUTH <= new.lat <= NORTH and WEST <= new.lon <= EAST):
            yield f"{where}: {new.lat}, {new.lon} is not in Vietnam."
        if new.area_km2 is not None and not 0 < new.area_km2 < LARGEST_KM2:
            yield f"{where}: an area of {new.area_km2:g} km²."
        if (new.province, new.name) not in fed:
            yield f"{where} is opened, but no commune goes into it."


def _about_closed(merger: Merger, before: Gazetteer) -> Iterator[str]:
    opening = {(new.province, new.name) for new in merger.opens}
    closing = {(gone.province, gone.name) for gone in merger.closes}
    twice = Counter((gone.province, gone.name) for gone in merger.closes)
    if not merger.opens and not merger.closes:
        yield "Nothing opens and nothing closes."
    for gone in merger.closes:
        where = f"{gone.name}, {gone.province}"
        if before.find(gone.province, gone.name) is None:
            yield f"{where} is not there on {merger.day.isoformat()}; write both names in full."
        if twice[gone.province, gone.name] > 1:
            yield f"{where} is closed twice."
        if not gone.into:
            yield f"{where} is closed into nothing: its addresses would lead nowhere."
        for name in gone.into:
            if gone.into.count(name) > 1:
                yield f"{where} goes into {name} twice."
            key = (gone.province, name)
            if key not in opening and (before.find(*key) is None or key in closing):
                yield f"{where} goes into {name}, which is not there from {merger.day.isoformat()}."
