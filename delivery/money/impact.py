"""What a new tariff book would have made of last month's real items: sums and item numbers, nothing about people.

A frozen quote may name a waiver, and so a household; the comparison shows none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import nlargest
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from delivery.money.pricing import place_of
from delivery.rules.calendar import vietnam_day, vietnam_instant
from delivery.store.agencies import Agency, HandoverPoint
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.money import Correction, Quote, WaiverSeen
from delivery.store.queries.money import accepted_between
from delivery.store.work import Work
from tariffs.book import Book, Payer, Service, TariffRefusal
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Place, Request, WaiverClaim, quote

MOST_ITEMS: Final = 20_000
"""Items priced again at most: some two seconds' work."""
LARGEST: Final = 10


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What one payer owes for all the items, VAT included, in đồng."""

    payer: Payer
    before: int
    after: int

    @property
    def delta(self) -> int:
        """How much more."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One item's whole price before and after, VAT included, over all payers."""

    number: str
    before: int
    after: int

    @property
    def delta(self) -> int:
        """How much dearer."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Impact:
    """The items accepted in the month that begins on `month`, as they were priced and as the book would price them.

    `accepted` counts all of the month's, `items` those that were priced again: the last ones, when there were too
    many. `refused` counts those that the book does not price, by the code of its refusal; the sums leave them out.
    """

    month: date
    accepted: int
    items: int
    payers: tuple[Paid, ...]
    dearer: int
    cheaper: int
    same: int
    refused: Mapping[str, int]
    largest: tuple[Moved, ...]

    @property
    def bounded(self) -> bool:
        """Whether only a part of the month was priced again."""
        return self.items < self.accepted

    @property
    def total(self) -> Moved:
        """The sum over all payers."""
        before, after = (sum(getattr(paid, when) for paid in self.payers) for when in ("before", "after"))
        return Moved(number="", before=before, after=after)


def impact(unit: Work, book: Book, *, most: int = MOST_ITEMS) -> Impact:
    """Price last month's accepted items of this unit's world by `book`, next to what was frozen and corrected."""
    month = (unit.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    start, end = _midnight(month), _midnight(unit.today.replace(day=1))
    accepted = unit.session.scalar(
        select(func.count()).where(
            Item.world_id == unit.world_id, Item.accepted_at >= start, Item.accepted_at < end, _FROZEN
        )
    )
    rows = _priced(unit, start, end, most)
    claims, places = _seen(unit, rows), _places(unit, rows)
    tiers: dict[tuple[UUID, date], str | None] = {}
    before, after, refused = Counter[Payer](), Counter[Payer](), Counter[str]()
    moved: list[Moved] = []
    for row in rows:
        asked = _request(row, book, claims.get(row.id, ()), places, _tier(unit, row, book, tiers))
        try:
            priced = quote(book, asked)
        except TariffRefusal as refusal:
            refused[refusal.code] += 1
            continue
        was = dict(zip(_PAYERS, (row.addressee, row.agency, row.subsidy), strict=True))
        now = {payer: int(priced.owed_by(payer)) for payer in _PAYERS}
        before.update(was)
        after.update(now)
        moved.append(Moved(number=row.number, before=sum(was.values()), after=sum(now.values())))
    changes = nlargest(LARGEST, (one for one in moved if one.delta), key=lambda one: (abs(one.delta), one.number))
    return Impact(
        month=month,
        accepted=accepted or 0,
        items=len(rows),
        payers=tuple(Paid(payer=payer, before=before[payer], after=after[payer]) for payer in _PAYERS),
        dearer=sum(one.delta > 0 for one in moved),
        cheaper=sum(one.delta < 0 for one in moved),
        same=sum(one.delta == 0 for one in moved),
        refused=dict(refused),
        largest=tuple(changes),
    )


class _Row(NamedTuple):
    """What pricing needs of one item, and what each payer was to pay for it."""

    id: UUID
    number: str
    service: str
    weight_g: int
    payer: str
    options: Sequence[str]
    waivers: Sequence[str]
    agency_fee: int
    redeliveries: int
    agency_id: UUID
    agency_code: str
    accepted_at: datetime
    origin: int
    destination: int
    addressee: int
    agency: int
    subsidy: int


_PAYERS = (Payer.ADDRESSEE, Payer.AGENCY, Payer.SUBSIDY)
_FROZEN = select(Quote.id).where(Quote.item_id == Item.id, Quote.frozen_at.is_not(None)).exists()


def _priced(unit: Work, start: datetime, end: datetime, most: int) -> list[_Row]:
    """The last `most` items of the time, with their prices as they stand."""
    correction = aliased(Correction)

    def stands(frozen: InstrumentedAttribute[int], added: InstrumentedAttribute[int]) -> ColumnElement[int]:
        corrected = select(func.coalesce(func.sum(added), 0)).where(correction.quote_id == Quote.id)
        return cast(frozen + corrected.scalar_subquery(), BigInteger)

    query = (
        select(
            Item.id,
            Item.number,
            Item.service,
            Item.weight_g,
            Item.payer,
            Item.options,
            Item.waivers,
            Item.agency_fee,
            Item.redeliveries,
            Item.agency_id,
            Agency.code,
            Item.accepted_at,
            HandoverPoint.commune_id,
            Item.commune_id,
            stands(Quote.due_from_addressee, correction.due_from_addressee),
            stands(Quote.due_from_agency, correction.due_from_agency),
            stands(Quote.due_from_subsidy, correction.due_from_subsidy),
        )
        .join(Quote, Quote.item_id == Item.id)
        .join(Agency, Agency.id == Item.agency_id)
        .join(HandoverPoint, HandoverPoint.id == Item.origin_point_id)
        .where(
            Item.world_id == unit.world_id,
            Item.accepted_at >= start,
            Item.accepted_at < end,
            Item.commune_id.is_not(None),
            Quote.frozen_at.is_not(None),
        )
        .order_by(Item.id.desc())
        .limit(most)
    )
    return [_Row._make(row) for row in unit.session.execute(query)]


def _seen(unit: Work, rows: Sequence[_Row]) -> dict[UUID, list[WaiverClaim]]:
    """The papers that clerks saw, by item."""
    found: dict[UUID, list[WaiverClaim]] = {}
    query = select(WaiverSeen.item_id, WaiverSeen.kind, WaiverSeen.staff_login).where(
        WaiverSeen.item_id.in_([row.id for row in rows])
    )
    for item_id, kind, login in unit.session.execute(query):
        found.setdefault(item_id, []).append(WaiverClaim(kind=kind, asserted_by=AssertedBy.CLERK, who=login))
    return found


def _places(unit: Work, rows: Sequence[_Row]) -> dict[int, Place]:
    used = {commune for row in rows for commune in (row.origin, row.destination)}
    query = select(Commune).where(Commune.id.in_(used))
    return {commune.id: place_of(commune) for commune in unit.session.scalars(query)}


def _request(
    row: _Row, book: Book, seen: Sequence[WaiverClaim], places: Mapping[int, Place], tier: str | None
) -> Request:
    claims = {WaiverClaim(kind=kind, asserted_by=AssertedBy.AGENCY, who=row.agency_code) for kind in row.waivers}
    return Request(
        service=Service(row.service),
        origin=places[row.origin],
        destination=places[row.destination],
        weight_g=row.weight_g,
        payer=Payer(row.payer),
        day=book.in_force_from,
        options=frozenset(row.options),
        waivers=frozenset(claims | set(seen)),
        agency_fee_to_collect=Dong(row.agency_fee),
        volume_tier=tier,
        redeliveries=row.redeliveries,
    )


def _tier(unit: Work, row: _Row, book: Book, known: dict[tuple[UUID, date], str | None]) -> str | None:
    """The tier of `book` that the agency had earned when the item was accepted: the comparison is of books alone."""
    if row.payer != Payer.AGENCY:
        return None
    month = vietnam_day(row.accepted_at).replace(day=1)
    if (row.agency_id, month) not in known:
        before = (month - timedelta(days=1)).replace(day=1)
        count = accepted_between(unit, row.agency_id, _midnight(before), _midnight(month))
        known[row.agency_id, month] = book.volume_tier(count)
    return known[row.agency_id, month]


def _midnight(day: date) -> datetime:
    return vietnam_instant(day, time())
