"""Mergers of communes as rows: some get a last day and successors, others begin. Nothing is deleted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.errors import Refused
from delivery.store.communes import Commune, CommuneSuccessor, Province, read_gazetteer
from delivery.store.communes_data import commune_id
from routing.communes import REFORM
from routing.mergers import Closed, Merger, refusals
from routing.units import CommuneKind

MOST_REASONS = 20


def load_merger(session: Session, merger: Merger) -> bool:
    """Write a merger; False when the tables say it all already. Raises Refused with every reason in its words."""
    provinces = {province.name: province.code for province in session.scalars(select(Province))}
    if _is_loaded(session, merger, provinces):
        return False
    reasons = refusals(merger, read_gazetteer(session, merger.day))
    if merger.day <= REFORM:
        reasons.insert(0, f"{merger.day.isoformat()} is not after {REFORM.isoformat()}, the day of the reform.")
    ending = {
        (gone.province, gone.name): row
        for gone in merger.closes
        if (row := _row(session, merger, gone, provinces)) is not None
    }
    for (province, name), row in ending.items():
        if row.valid_until is not None:
            reasons.append(f"{name}, {province} closes on {row.valid_until.isoformat()} already.")
        elif row.valid_from >= merger.day:
            reasons.append(f"{name}, {province} begins on {row.valid_from.isoformat()} only.")
    reasons += _begun_later(session, merger, provinces)
    if reasons:
        raise Refused(
            "merger-refused",
            vi="Không nạp được việc sáp nhập: " + " ".join(reasons[:MOST_REASONS]),
            en="The merger was not loaded. " + " ".join(reasons[:MOST_REASONS]),
        )
    begun = {
        (new.province, new.name): Commune(
            id=commune_id(new.province, new.name, merger.day),
            code=new.code,
            name=new.name,
            kind=str(new.kind),
            province_code=provinces[new.province],
            lat=new.lat,
            lon=new.lon,
            radius_m=new.radius_m,
            remote=new.kind is CommuneKind.SPECIAL_ZONE,
            valid_from=merger.day,
        )
        for new in merger.opens
    }
    session.add_all(begun.values())
    session.flush()
    for gone in merger.closes:
        row = ending[gone.province, gone.name]
        row.valid_until = merger.day
        for name in gone.into:
            successor = begun.get((gone.province, name)) or _living(session, merger, provinces[gone.province], name)
            session.add(CommuneSuccessor(commune_id=row.id, successor_id=successor.id))
    session.flush()
    return True


def _begun_later(session: Session, merger: Merger, provinces: dict[str, str]) -> list[str]:
    """Why not when a later merger opened one of the names before this one was loaded: both would live at once."""
    opened = {(provinces.get(new.province), new.name): f"{new.name}, {new.province}" for new in merger.opens}
    rows = session.scalars(
        select(Commune).where(Commune.valid_from > merger.day, Commune.name.in_({name for _, name in opened}))
    )
    return [
        f"{opened[row.province_code, row.name]} begins on {row.valid_from.isoformat()} by a merger loaded already."
        for row in rows
        if (row.province_code, row.name) in opened
    ]


def _living(session: Session, merger: Merger, province_code: str, name: str) -> Commune:
    rows = session.scalars(select(Commune).where(Commune.province_code == province_code, Commune.name == name))
    return next(
        row
        for row in rows
        if row.valid_from <= merger.day and (row.valid_until is None or merger.day < row.valid_until)
    )


def _row(session: Session, merger: Merger, gone: Closed, provinces: dict[str, str]) -> Commune | None:
    """The commune that closes, as it was the day before."""
    query = (
        select(Commune)
        .where(Commune.province_code == provinces.get(gone.province, ""), Commune.name == gone.name)
        .where(Commune.valid_from < merger.day)
        .order_by(Commune.valid_from.desc())
    )
    return session.scalars(query).first()


def _is_loaded(session: Session, merger: Merger, provinces: dict[str, str]) -> bool:
    """Whether every commune already opens and closes as the merger says."""
    for new in merger.opens:
        row = session.get(Commune, commune_id(new.province, new.name, merger.day))
        if row is None or (row.code, row.lat, row.lon, row.radius_m) != (new.code, new.lat, new.lon, new.radius_m):
            return False
    for gone in merger.closes:
        row = _row(session, merger, gone, provinces)
        if row is None or row.valid_until != merger.day:
            return False
        names = session.scalars(
            select(Commune.name)
            .join(CommuneSuccessor, CommuneSuccessor.successor_id == Commune.id)
            .where(CommuneSuccessor.commune_id == row.id)
        )
        if sorted(names) != sorted(gone.into):
            return False
    return bool(merger.opens or merger.closes)
