"""The communes: loaded, merged, checked and listed."""

import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Annotated

import click
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.cli.ending import end
from delivery.cli.speaking import speaking, wiring_here
from delivery.store.communes import (
    Commune,
    Province,
    edition,
    load_gazetteer,
    mend,
    misanchored,
    read_gazetteer,
)
from delivery.store.communes_data import read_gazetteer as read_package
from delivery.store.mergers import load_merger
from delivery.store.offices import Office
from delivery.store.regions import Region, RegionKind, RegionsOfDay, change_members, load_regions
from routing.communes import REFORM, SINCE_JULY_2025, Counts, Fault, Gazetteer
from routing.mergers import Closed, Merger, Opened

EXAMPLES = 3
TITLES = {
    Fault.COUNT: "counts that are off",
    Fault.ORPHAN: "orphans",
    Fault.NO_AREA: "communes without an area",
    Fault.POINT_OUTSIDE: "points abroad",
    Fault.POINT_FAR: "points far from all old units of the commune",
    Fault.POINT_SWAPPED: "points that two communes have swapped",
    Fault.OLD_POINT_FAR: "old units whose point is far from their district",
    Fault.OLD_POINT_SHARED: "old units that share one point",
    Fault.CONVERSION_FAR: "old units led to a commune far away",
    Fault.CONVERSION_NAMESAKE: "old units whose conversion is mixed up with a namesake's in another district",
}


def _tidied(text: str) -> str:
    """One spelling of a name: single spaces, letters with their marks as one sign."""
    tidy = unicodedata.normalize("NFC", " ".join(text.split()))
    if not tidy.isprintable():
        raise ValueError("holds a sign that cannot be printed")
    return tidy


Words = Annotated[str, AfterValidator(_tidied), Field(min_length=1, max_length=80)]


class _OpenedIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    province: Words
    name: Words
    code: Words
    lat: float
    lon: float
    area_km2: float | None = None


class _ClosedIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    province: Words
    name: Words
    into: tuple[Words, ...]


class _Document(BaseModel):
    """What FILE holds: communes that open and close on `day`, and provinces that change their region then."""

    model_config = ConfigDict(extra="forbid")
    day: date
    source: Annotated[str, Field(min_length=1)]
    opens: tuple[_OpenedIn, ...] = ()
    closes: tuple[_ClosedIn, ...] = ()
    regions: dict[Words, str] = {}

    def merger(self) -> Merger:
        return Merger(
            day=self.day,
            opens=tuple(Opened(**each.model_dump()) for each in self.opens),
            closes=tuple(Closed(**each.model_dump()) for each in self.closes),
        )


@click.command("load")
@click.option("--from", "file", type=click.File("rb"), help="A merger as a JSON document (- reads from the pipe).")
@speaking
def load(file: IO[bytes] | None) -> None:
    """Load the communes and the units of before July 2025, or a later merger; does nothing when it is there."""
    document = _read_document(file) if file is not None else None
    with wiring_here().work("job:communes") as unit:
        known = unit.session.scalar(select(func.count()).select_from(Commune)) or 0
        if not known:
            load_gazetteer(unit.session, read_package())
            known = unit.session.scalar(select(func.count()).select_from(Commune)) or 0
        else:
            load_regions(unit.session)
        told = f"{known} communes are loaded."
        if document is None and (mended := mend(unit.session, read_package())):
            told += f" {mended} points were mended."
        if document is not None:
            told = _merge(unit.session, document)
    click.echo(told)


def _read_document(file: IO[bytes]) -> _Document:
    source = getattr(file, "name", "The document")
    try:
        return _Document.model_validate_json(file.read())
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = "/" + "/".join(str(part) for part in first["loc"])
        more = f" ({wrong.error_count() - 1} more)" if wrong.error_count() > 1 else ""
        end(f"{source}: {place}: {first['msg']}{more}.")


def _merge(session: Session, document: _Document) -> str:
    provinces = set(session.scalars(select(Province.name)))
    codes = set(session.scalars(select(Region.code)))
    wrong = [f"There is no province {name!r}." for name in document.regions if name not in provinces]
    wrong += [f"There is no region {code!r}." for code in document.regions.values() if code not in codes]
    if wrong:
        end(" ".join(wrong))
    merged = bool(document.opens or document.closes or not document.regions) and load_merger(session, document.merger())
    moved = change_members(session, document.day, document.regions)
    if not merged and not moved:
        return f"{document.source} is loaded already; nothing was changed."
    what = f"{len(document.closes)} communes close, {len(document.opens)} open" if merged else "No commune changes"
    return f"{what}, {moved} provinces change their region on {document.day.isoformat()}: {document.source}."


def _since_the_reform(_context: click.Context, _option: click.Parameter, day: datetime | None) -> datetime | None:
    if day is not None and day.date() < REFORM:
        raise click.BadParameter(f"the communes begin on {REFORM.isoformat()}.")
    return day


_day = click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_since_the_reform,
    help="As of this day; today when left out.",
)


@click.command("check")
@click.option("--all", "everything", is_flag=True, help="Every suspect, not the first of each kind.")
@_day
@speaking
def check(everything: bool, day: datetime | None) -> None:
    """Hold the loaded communes against the installed data and against themselves; exit 1 when they differ.

    What cannot be right in the installed data itself is listed as suspect: it is known, and addresses there ask.
    """
    package = read_package()
    with wiring_here().work("job:communes") as unit:
        at = day.date() if day else unit.today
        base = read_gazetteer(unit.session, REFORM)
        there = base if edition(unit.session, at).day == REFORM else read_gazetteer(unit.session, at)
        younger = select(func.count()).select_from(Commune).where(Commune.valid_from > REFORM, Commune.valid_from <= at)
        opened = unit.session.scalar(younger) or 0
        offices = dict(unit.session.execute(select(Office.commune_id, Office.code)).all())
        regions = RegionsOfDay(unit.session, at)
        unmended = [
            f"{package.commune(key).name}, {package.commune(key).province}: flask communes load mends its point."
            for key in misanchored(unit.session, package)
        ]
        names = {commune.id: f"{commune.name}, {commune.province}" for commune in there.communes}
        unplaced = [
            f"{names[commune.id]} is in no {kind} region."
            for commune in there.communes
            for kind in RegionKind
            if regions.drawn(kind) and regions.of(kind, commune.province, _old_province(there, commune.id)) is None
        ]
        orphans = [f"Office {code} serves no commune of {at.isoformat()}." for c, code in offices.items()
                   if c not in names]  # fmt: skip
    differences = [*_differences(base, package), *unmended, *regions.twice, *unplaced]
    expected = Counts(
        provinces=SINCE_JULY_2025.provinces,
        communes=SINCE_JULY_2025.communes + opened - len(there.closed),
        old_units=SINCE_JULY_2025.old_units,
    )
    suspects: dict[str, list[str]] = defaultdict(list)
    for suspect in there.suspects(expected):
        suspects[TITLES[suspect.fault]].append(suspect.words)
    suspects["offices without a commune"] = orphans
    suspects["communes without a post office"] = [names[each] for each in names if each not in offices]
    _tell("differences from the installed data", differences, everything)
    for title, lines in suspects.items():
        _tell(title, lines, everything)
    kinds = Counter(commune.kind for commune in there.communes)
    divided = sum(old.divided for old in there.old_units)
    click.echo(
        f"\nOn {at.isoformat()}: {len(there.communes)} communes ({', '.join(f'{n} {k}' for k, n in kinds.items())}) "
        f"in {len(there.provinces)} provinces; {opened} opened and {len(there.closed)} closed since {REFORM}; "
        f"{len(there.old_units)} former units, {divided} of them divided; {len(there.doubtful)} conversions suspect. "
        f"{sum(len(old.former) for old in there.old_units)} names of units that were gone before 2025 are known only "
        "as former names: addresses with them ask."
    )
    click.echo(f"{len(offices.keys() & names.keys())} communes with a post office, {len(differences)} differences.")
    if differences:
        sys.exit(1)


def _tell(title: str, lines: list[str], everything: bool) -> None:
    if lines:
        click.echo(f"{len(lines)} {title}:")
        shown = lines if everything else lines[:EXAMPLES]
        for line in shown:
            click.echo(f"  {line}")
        if len(shown) < len(lines):
            click.echo(f"  … {len(lines) - len(shown)} more: --all lists them.")


def _differences(loaded: Gazetteer, package: Gazetteer) -> Iterator[str]:
    now, then = {c.id: c for c in loaded.communes}, {c.id: c for c in package.communes}
    yield from (f"{c.name}, {c.province} is not loaded." for key, c in then.items() if key not in now)
    yield from (f"{c.name}, {c.province} is not in the installed data." for key, c in now.items() if key not in then)
    yield from (
        f"{c.name}, {c.province} is loaded otherwise: its code, kind, point or area."
        for key, c in now.items()
        if key in then and c != then[key]
    )
    loaded_units, units = (
        Counter((u.words, u.code, frozenset(u.targets)) for u in gazetteer.old_units) for gazetteer in (loaded, package)
    )
    yield from (f"{words} is not loaded, or leads elsewhere." for words, _, _ in units - loaded_units)
    yield from (f"{words} is not so in the installed data." for words, _, _ in loaded_units - units)
    provinces, due = ({p.code: p.name for p in gazetteer.provinces} for gazetteer in (loaded, package))
    yield from (f"{due.get(code, code)}: the province differs." for code in sorted(
        code for code in provinces.keys() | due.keys() if provinces.get(code) != due.get(code)))  # fmt: skip


def _old_province(gazetteer: Gazetteer, commune_id: int) -> str | None:
    """The former province that most of a commune's old units lay in."""
    found = Counter(old.province for old in gazetteer.sources(commune_id)).most_common(1)
    return found[0][0] if found else None


@click.command("list")
@click.option("--province", help="Only this province, by its two digits.")
@_day
@speaking
def list_communes(province: str | None, day: datetime | None) -> None:
    """One JSON object a line: id, code, name, province, point, area_km2, regions, the days it is valid, office."""
    query = select(Commune, Office.code).join(Office, Office.commune_id == Commune.id, isouter=True)
    if province is not None:
        query = query.where(Commune.province_code == province)
    with wiring_here().work("job:communes") as unit:
        at = day.date() if day else unit.today
        there = read_gazetteer(unit.session, at)
        areas = {commune.id: commune.area_km2 for commune in there.communes}
        regions = RegionsOfDay(unit.session, at)
        for commune, office in unit.session.execute(query.order_by(Commune.id)):
            if commune.id not in areas:
                continue
            former = _old_province(there, commune.id)
            placed = {kind: regions.of(kind, commune.province.name, former) for kind in RegionKind}
            row = {
                "id": commune.id,
                "code": commune.code,
                "name": commune.name,
                "province": commune.province_code,
                "lat": commune.lat,
                "lon": commune.lon,
                "area_km2": areas[commune.id],
                "postal_region": _code(placed[RegionKind.POSTAL]),
                "economic_region": _code(placed[RegionKind.ECONOMIC]),
                "valid_from": commune.valid_from.isoformat(),
                "valid_until": commune.valid_until.isoformat() if commune.valid_until else None,
                "office": office,
            }
            click.echo(json.dumps(row, ensure_ascii=False))


def _code(region: Region | None) -> str | None:
    return region.code if region else None
