"""Prices an item, or what is asked for at no item yet, by a tariff book: from rows to values and back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Invalid
from delivery.rules.calendar import vietnam_instant
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.money import WaiverSeen
from delivery.store.queries.money import accepted_between
from delivery.store.work import Work
from tariffs import quote as tariffs
from tariffs.book import Book, Service, TariffRefusal, in_force
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Payer, Place, WaiverClaim


def price(
    unit: Work,
    item: Item,
    commune: Commune,
    books: Sequence[Book],
    *,
    day: date,
    options: frozenset[str] | None = None,
    redeliveries: int | None = None,
) -> tariffs.Quote:
    """Price the item as it is now by the book of `day`, to be handed over in `commune`.

    Counts the agency's waivers and the papers that clerks saw. `options` and `redeliveries` ask what it would cost
    with others than the item has. Raises Invalid, pointing into the submission, for what the book cannot price.
    """
    asked = frozenset(item.options) if options is None else options
    visits = item.redeliveries if redeliveries is None else redeliveries
    try:
        book = in_force(books, day)
        if item.last_seq == 0 and (early := asked & book.rebates.keys()):
            # A rebate is earned later; nobody hands an item over with it.
            raise TariffRefusal(
                "unknown-option",
                vi=f"“{min(early)}” không phải tùy chọn khi gửi.",
                en=f"“{min(early)}” is no option that an item is handed over with.",
            )
        return tariffs.quote(book, _request(unit, item, commune, book, day, asked, visits))
    except TariffRefusal as refusal:
        raise refused(refusal) from refusal


def refused(refusal: TariffRefusal) -> Invalid:
    """A tariff's refusal as ours, pointing at the culprit of a submission."""
    return Invalid(refusal.code, vi=refusal.vi, en=refusal.en, pointer=_CULPRITS.get(refusal.code, ""))


def place_of(commune: Commune) -> Place:
    """A commune as tariffs know it. Our own id stands for it: published lists disagree on about 120 official codes."""
    return Place(province=commune.province_code, commune=str(commune.id), remote=commune.remote)


# Which member of a submission a tariff's refusal is about.
_CULPRITS = {"too-heavy": "/weight_g", "unknown-waiver": "/waivers", "unknown-option": "/options"}


def _request(
    unit: Work, item: Item, commune: Commune, book: Book, day: date, options: frozenset[str], redeliveries: int
) -> tariffs.Request:
    payer = Payer(item.payer)
    return tariffs.Request(
        service=Service(item.service),
        origin=place_of(unit.session.get_one(Commune, item.origin_point.commune_id)),
        destination=place_of(commune),
        weight_g=item.weight_g,
        payer=payer,
        day=day,
        options=options,
        waivers=_claims(unit, item),
        agency_fee_to_collect=Dong(item.agency_fee),
        volume_tier=_tier(unit, item.agency_id, book, day) if payer is Payer.AGENCY else None,
        redeliveries=redeliveries,
    )


def _claims(unit: Work, item: Item) -> frozenset[WaiverClaim]:
    agency = item.agency.code
    asserted = {WaiverClaim(kind=kind, asserted_by=AssertedBy.AGENCY, who=agency) for kind in item.waivers}
    if item.last_seq == 0:
        return frozenset(asserted)
    seen = unit.session.execute(select(WaiverSeen.kind, WaiverSeen.staff_login).where(WaiverSeen.item_id == item.id))
    return frozenset(
        asserted | {WaiverClaim(kind=kind, asserted_by=AssertedBy.CLERK, who=login) for kind, login in seen}
    )


def _tier(unit: Work, agency_id: UUID, book: Book, day: date) -> str | None:
    """The volume tier that the count of the month before `day` earned, counted once per unit, agency and month."""
    month = day.replace(day=1)
    counted = unit.session.info.setdefault("items_of_month", {})
    if (agency_id, month) not in counted:
        before = (month - timedelta(days=1)).replace(day=1)
        counted[agency_id, month] = accepted_between(unit, agency_id, _midnight(before), _midnight(month))
    return book.volume_tier(counted[agency_id, month])


def _midnight(day: date) -> datetime:
    return vietnam_instant(day, time())
