"""Provinces, communes, the units of before July 2025, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text, func, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from delivery.store.base import Base, Code
from delivery.store.gazetteers import gazetteer_as_of
from delivery.store.regions import load_regions
from routing import communes as values
from routing.communes import REFORM


class Province(Base):
    """One of the 34 provinces, by its official two digits; `former` names those of before July 2025 in it."""

    __tablename__ = "provinces"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    former: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class Commune(Base):
    """A commune, ward or special zone, keyed by our own id: lists disagree on official codes.

    It is one from `valid_from` to the day before `valid_until` (None: no end is known). Rows are never deleted:
    items and offices keep pointing at the commune that they were for.
    Where the data's point is wrong, `mended_lat`, `mended_lon` and `mended_radius_m` say where it lies instead.
    """

    __tablename__ = "communes"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point"),
        Index(None, "province_code", "name", "valid_from", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[Code]
    name: Mapped[str]
    kind: Mapped[Code]
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"))
    lat: Mapped[float]
    lon: Mapped[float]
    radius_m: Mapped[float | None]
    mended_lat: Mapped[float | None]
    mended_lon: Mapped[float | None]
    mended_radius_m: Mapped[float | None]
    remote: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    province: Mapped[Province] = relationship()

    @property
    def anchor(self) -> values.Anchor:
        """The point that stands for it, with its reach."""
        if self.mended_lat is not None and self.mended_lon is not None and self.mended_radius_m is not None:
            return values.Anchor(lat=self.mended_lat, lon=self.mended_lon, radius_m=self.mended_radius_m, mended=True)
        return values.Anchor(lat=self.lat, lon=self.lon, radius_m=self.radius_m or values.UNKNOWN_RADIUS_M)


class CommuneSuccessor(Base):
    """A closed commune lies wholly in its one successor, or is divided among several, since its `valid_until`."""

    __tablename__ = "commune_successors"
    __table_args__ = (CheckConstraint("commune_id <> successor_id", name="another"),)

    commune_id: Mapped[int] = mapped_column(ForeignKey("communes.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("communes.id"), primary_key=True, index=True)


class OldUnit(Base):
    """A commune-level unit of before July 2025, under its district and province of then.

    `targets` are the communes it lies in now: one when it lies wholly inside, several when it was divided.
    """

    __tablename__ = "old_units"
    __table_args__ = (Index(None, "province", "district", "ward"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[Code]
    ward: Mapped[str]
    district: Mapped[str]
    province: Mapped[str]
    former: Mapped[list[str]] = mapped_column(ARRAY(Text))
    district_former: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    valid_until: Mapped[date]


class OldUnitTarget(Base):
    """An old unit lies wholly in its one target, or is divided among several."""

    __tablename__ = "old_unit_targets"

    old_unit_id: Mapped[int] = mapped_column(ForeignKey("old_units.id"), primary_key=True)
    commune_id: Mapped[int] = mapped_column(ForeignKey("communes.id"), primary_key=True, index=True)


def load_gazetteer(session: Session, gazetteer: values.Gazetteer) -> None:
    """Write the gazetteer of the day of the reform, and the regions that ship with this release, into empty tables."""
    session.execute(
        insert(Province),
        [
            {"code": p.code, "name": p.name, "former": list(p.former), "lat": p.lat, "lon": p.lon}
            for p in gazetteer.provinces
        ],
    )
    session.execute(
        insert(Commune),
        [
            {
                "id": c.id,
                "code": c.code,
                "name": c.name,
                "kind": str(c.kind),
                "province_code": c.province_code,
                "lat": c.lat,
                "lon": c.lon,
                "radius_m": c.radius_m,
                **_mended(gazetteer.anchor(c.id)),
                "remote": c.kind is values.CommuneKind.SPECIAL_ZONE,
                "valid_from": REFORM,
            }
            for c in gazetteer.communes
        ],
    )
    session.execute(
        insert(OldUnit),
        [
            {
                "id": number,
                "code": u.code,
                "ward": u.ward,
                "district": u.district,
                "province": u.province,
                "former": list(u.former),
                "district_former": list(u.district_former),
                "lat": u.lat,
                "lon": u.lon,
                "valid_until": REFORM,
            }
            for number, u in enumerate(gazetteer.old_units, 1)
        ],
    )
    session.execute(
        insert(OldUnitTarget),
        [
            {"old_unit_id": number, "commune_id": target}
            for number, unit in enumerate(gazetteer.old_units, 1)
            for target in unit.targets
        ],
    )
    load_regions(session)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The last day on which communes began or ended, and how many rows say what did by then.

    Two resolutions of one day may be loaded a week apart, and nothing is ever deleted: the counts tell them apart.
    """

    day: date | None
    begun: int
    ended: int
    led: int


def edition(session: Session, day: date) -> Edition:
    """Which state of the country holds on `day`: two days with one edition have one gazetteer."""
    began, begun = session.execute(
        select(func.max(Commune.valid_from), func.count()).where(Commune.valid_from <= day)
    ).one()
    closed = Commune.valid_until <= day
    closed_on, ended = session.execute(select(func.max(Commune.valid_until), func.count()).where(closed)).one()
    led = session.scalar(
        select(func.count())
        .select_from(CommuneSuccessor)
        .join(Commune, Commune.id == CommuneSuccessor.commune_id)
        .where(closed)
    )
    last = max((at for at in (began, closed_on) if at is not None), default=None)
    return Edition(day=last, begun=begun, ended=ended, led=led or 0)


def communes_before(session: Session, ids: Iterable[int], day: date) -> dict[int, list[int]]:
    """The communes closed up to `day` that led to each of `ids`, through any chain of mergers."""
    steps = (
        select(CommuneSuccessor.successor_id, CommuneSuccessor.commune_id)
        .join(Commune, Commune.id == CommuneSuccessor.commune_id)
        .where(Commune.valid_until <= day)
    ).subquery()
    led = select(steps).where(steps.c.successor_id.in_(list(ids))).cte(recursive=True)
    led = led.union(select(led.c.successor_id, steps.c.commune_id).where(steps.c.successor_id == led.c.commune_id))
    found: dict[int, list[int]] = {}
    for at, before in session.execute(select(led.c.successor_id, led.c.commune_id).order_by(led.c.commune_id)):
        found.setdefault(at, []).append(before)
    return found


def read_gazetteer(session: Session, day: date) -> values.Gazetteer:
    """The gazetteer of `day` (Vietnam's): old units and closed communes lead to what is there then.

    Raises NotFound when the tables are empty.
    """
    session.flush()
    return gazetteer_as_of(lambda query: session.execute(text(query)), day)


def misanchored(session: Session, gazetteer: values.Gazetteer) -> dict[int, dict[str, float | None]]:
    """The communes of the reform whose mended point is not the gazetteer's, with what it should be, by column."""
    columns = (Commune.id, Commune.mended_lat, Commune.mended_lon, Commune.mended_radius_m)
    rows = {row.id: row for row in session.execute(select(*columns).where(Commune.valid_from == REFORM))}
    due = {commune.id: _mended(gazetteer.anchor(commune.id)) for commune in gazetteer.communes if commune.id in rows}
    return {key: point for key, point in due.items() if point != {name: getattr(rows[key], name) for name in point}}


def mend(session: Session, gazetteer: values.Gazetteer) -> int:
    """Write the mended points of an installation that was loaded before they were; says how many communes changed."""
    wrong = misanchored(session, gazetteer)
    if wrong:
        session.execute(update(Commune), [{"id": key, **point} for key, point in wrong.items()])
    return len(wrong)


def _mended(anchor: values.Anchor) -> dict[str, float | None]:
    lat, lon, radius_m = (anchor.lat, anchor.lon, anchor.radius_m) if anchor.mended else (None, None, None)
    return {"mended_lat": lat, "mended_lon": lon, "mended_radius_m": radius_m}
