"""Provinces, communes, the units of before July 2025, and what became of each."""

from datetime import date

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from delivery.errors import NotFound
from delivery.store.base import Base, Code
from routing import communes as values

REFORM = date(2025, 7, 1)
"""The day of the reform: Resolution 202/2025/QH15 and the provinces' resolutions on communes."""


class Province(Base):
    """One of the 34 provinces, by its official two digits; `former` names those of before July 2025 in it."""

    __tablename__ = "provinces"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    former: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class Commune(Base):
    """One of the 3,321 communes, wards and special zones, keyed by our own id: lists disagree on official codes."""

    __tablename__ = "communes"
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point"),
        Index(None, "province_code", "name", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[Code]
    name: Mapped[str]
    kind: Mapped[Code]
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"))
    lat: Mapped[float]
    lon: Mapped[float]
    radius_m: Mapped[float | None]
    remote: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    province: Mapped[Province] = relationship()


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
    """Write a gazetteer into empty tables."""
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


def read_gazetteer(session: Session) -> values.Gazetteer:
    """The gazetteer that the tables hold; empty tables are told as such."""
    provinces = {row.code: row for row in session.scalars(select(Province))}
    if not provinces:
        raise NotFound(
            "communes-not-loaded",
            vi="Chưa nạp danh mục xã, phường: chạy lệnh flask communes load.",
            en="The communes are not loaded: run flask communes load.",
        )
    targets: dict[int, list[int]] = {}
    for unit_id, commune_id in session.execute(
        select(OldUnitTarget.old_unit_id, OldUnitTarget.commune_id).order_by(OldUnitTarget.commune_id)
    ):
        targets.setdefault(unit_id, []).append(commune_id)
    return values.Gazetteer(
        provinces=tuple(
            values.Province(code=p.code, name=p.name, former=tuple(p.former), lat=p.lat, lon=p.lon)
            for p in provinces.values()
        ),
        communes=tuple(
            values.Commune(
                id=c.id,
                code=c.code,
                name=c.name,
                kind=values.CommuneKind(c.kind),
                province_code=c.province_code,
                province=provinces[c.province_code].name,
                lat=c.lat,
                lon=c.lon,
                radius_m=c.radius_m,
            )
            for c in session.scalars(select(Commune).order_by(Commune.id))
        ),
        old_units=tuple(
            values.OldUnit(
                ward=u.ward,
                district=u.district,
                province=u.province,
                targets=tuple(targets.get(u.id, ())),
                code=u.code,
                lat=u.lat,
                lon=u.lon,
                former=tuple(u.former),
                district_former=tuple(u.district_former),
            )
            for u in session.scalars(select(OldUnit).order_by(OldUnit.id))
        ),
    )
