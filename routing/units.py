"""The units of the country as values: provinces, communes, and the units of before July 2025."""

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CommuneKind(StrEnum):
    """What a commune-level unit is since 1 July 2025."""

    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special_zone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province or centrally run city; `former` are the old provinces now inside it, its own old self included."""

    code: str
    name: str
    former: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None

    def __post_init__(self) -> None:
        if not self.code or not self.name:
            raise ValueError(f"A province needs a code and a name: {self.code!r}, {self.name!r}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Commune:
    """A ward, commune or special zone.

    `id` is ours and stays over loads; `code` is the official text, on which published lists disagree.
    `radius_m` is that of a circle of the unit's area, None when the area is unknown.
    """

    id: int
    code: str
    name: str
    kind: CommuneKind
    province_code: str
    province: str
    lat: float
    lon: float
    radius_m: float | None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and -90 <= self.lat <= 90 and math.isfinite(self.lon) and abs(self.lon) <= 180):
            raise ValueError(f"{self.name}, {self.province}: {self.lat}, {self.lon} is no point on Earth.")
        if self.radius_m is not None and not self.radius_m > 0:
            raise ValueError(f"{self.name}, {self.province}: a radius of {self.radius_m} m.")

    @property
    def area_km2(self) -> float | None:
        """Its area, None when it is unknown."""
        return round(math.pi * (self.radius_m / 1_000) ** 2, 2) if self.radius_m else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedCommune:
    """A commune that a later merger closed, last there on the day before `until`; `targets` as of an `OldUnit`."""

    commune: Commune
    until: date
    targets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OldUnit:
    """A ward or commune of before 1 July 2025 and what became of it.

    `targets` are commune ids: one when it lies wholly inside, several when it was divided. `ward` is ""
    for an island district without wards. `former` and `district_former` are keys (`wording.key`) of names
    that it and its district had before earlier mergers.
    """

    ward: str
    district: str
    province: str
    targets: tuple[int, ...]
    code: str = ""
    lat: float | None = None
    lon: float | None = None
    former: tuple[str, ...] = ()
    district_former: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.district or not self.province:
            raise ValueError(f"Old unit {self.ward!r} needs a district and a province.")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError(f"{self.words} names a target twice.")

    @property
    def divided(self) -> bool:
        """Whether parts of it went to different communes."""
        return len(self.targets) > 1

    @property
    def words(self) -> str:
        """Its full old address line."""
        return ", ".join(part for part in (self.ward, self.district, self.province) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """The point that stands for a commune, and how far from it the commune reaches.

    `mended`: the commune's own point is wrong, and this is the middle of its old units' points instead.
    """

    lat: float
    lon: float
    radius_m: float
    mended: bool = False
