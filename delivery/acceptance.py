"""The post takes custody: a signed manifest, a frozen price for each item, a message to each addressee."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from delivery.errors import Invalid, NotFound, Refused
from delivery.money import charging
from delivery.outbound import outbox
from delivery.rules.references import reference
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.store.agencies import HandoverPoint
from delivery.store.base import new_id
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.offices import Office
from delivery.store.queries.items import locked_by_numbers
from delivery.store.queries.points import point_named
from delivery.store.queries.shelves import couriers_of, office_named, read_places
from delivery.store.routes import Manifest, ManifestItem, ManifestKind
from delivery.store.work import Work
from tariffs.book import Book


def accept(
    unit: Work,
    books: Sequence[Book],
    *,
    point_id: UUID,
    numbers: Iterable[str],
    office_id: UUID,
    courier_id: UUID | None = None,
) -> Manifest:
    """Take the items `numbers` (S10) over from an agency's hand-over point, at the office or by its courier.

    All or nothing. The price is frozen, the addressee is told, and what the office itself delivers is at
    once at its delivery office when it lies on the shelf. Raises NotFound for a point, office or courier
    that does not exist, Invalid when no number is given, Refused naming numbers that are unknown, belong
    to another point or were accepted before.
    """
    point = point_named(unit, point_id)
    office = office_named(unit, office_id)
    if courier_id is not None and courier_id not in couriers_of(unit, office_id):
        raise NotFound(
            "courier-not-found",
            vi=f"Bưu tá này không thuộc {office.name}.",
            en=f"This courier does not belong to {office.name}.",
        )
    items = _announced(unit, point, numbers)
    manifest = _signed_manifest(unit, point, office, items)
    holder = Holder(HolderKind.COURIER, courier_id) if courier_id else Holder(HolderKind.OFFICE, office_id)
    places = read_places(unit, items)
    # Nothing in here reads what it wrote: a flush before each look-up would make a large hand-over crawl.
    with unit.session.no_autoflush:
        charging.freeze_all(unit, items, books)
        for item in items:
            _take_over(unit, item, office_id, holder, manifest)
    del places
    unit.session.flush()
    return manifest


def _take_over(unit: Work, item: Item, office_id: UUID, holder: Holder, manifest: Manifest) -> None:
    item.accepting_office_id, item.accepted_at = office_id, unit.now
    happened = item.move(
        Happening.ACCEPTED, unit.occasion(office_id), holder=holder, data={"manifest": manifest.number}
    )
    if item.delivery_office is not None and item.placed is Placed.PLACED:
        outbox.put_sms(unit, item, Template.ON_ITS_WAY, seq=happened.seq, office=item.delivery_office.name)
    if holder.kind is HolderKind.OFFICE:
        settle(unit, item, office_id)


def receive(unit: Work, *, office_id: UUID, numbers: Iterable[str]) -> int:
    """Scan onto the office's shelf what its couriers collected at agencies; says how many were new there.

    What lies on the shelf already is passed over, so that a second scan is harmless. Raises Invalid when no
    number is given, Refused naming numbers that are unknown or that no courier of this office has.
    """
    items = locked_by_numbers(unit, _given(numbers))
    shelf = Holder(HolderKind.OFFICE, office_id)
    couriers = couriers_of(unit, office_id)
    brought = [item for item in items if item.holder != shelf]
    _refuse(
        [item for item in brought if item.holder_id not in couriers or item.state is not State.ACCEPTED],
        "not-with-a-courier",
        vi="{count} bưu gửi không phải do bưu tá của bưu cục này vừa thu gom: {numbers}.",
        en="{count} items were not just collected by a courier of this office: {numbers}.",
    )
    for item in brought:
        item.move(Happening.ARRIVED, unit.occasion(office_id), holder=shelf)
        settle(unit, item, office_id)
    unit.session.flush()
    return len(brought)


def settle(unit: Work, item: Item, office_id: UUID) -> None:
    """An accepted item that lies where it is delivered from is at its delivery office; a recalled one goes back."""
    if item.recalled_at is not None:
        item.next_step = NextStep.RETURN
    elif item.delivery_office_id == office_id and item.placed is Placed.PLACED:
        item.move(Happening.AT_DELIVERY_OFFICE, unit.occasion(office_id))


def _given(numbers: Iterable[str]) -> set[str]:
    given = set(numbers)
    if not given:
        raise Invalid(
            "no-numbers",
            vi="Chưa có số bưu gửi nào: hãy quét hoặc nhập ít nhất một số.",
            en="No item number was given: scan or type at least one.",
            pointer="/numbers",
        )
    return given


def _announced(unit: Work, point: HandoverPoint, numbers: Iterable[str]) -> Sequence[Item]:
    items = locked_by_numbers(unit, _given(numbers))
    _refuse(
        [item for item in items if item.origin_point_id != point.id],
        "other-point",
        vi="{count} bưu gửi thuộc điểm bàn giao khác: {numbers}. Bỏ ra rồi lập biên bản lại.",
        en="{count} items belong to another hand-over point: {numbers}. Take them out and make the manifest again.",
    )
    _refuse(
        [item for item in items if item.state is not State.REGISTERED],
        "not-announced",
        vi="{count} bưu gửi đã được nhận hoặc đã hủy: {numbers}. Bỏ ra rồi lập biên bản lại.",
        en="{count} items were accepted before or are cancelled: {numbers}. Take them out and make the manifest again.",
    )
    return items


def _refuse(items: Sequence[Item], code: str, *, vi: str, en: str) -> None:
    if items:
        shown = ", ".join(sorted(item.number for item in items)[:10])
        raise Refused(
            code,
            vi=vi.format(count=len(items), numbers=shown),
            en=en.format(count=len(items), numbers=shown),
            facts={"count": len(items), "numbers": shown},
        )


def _signed_manifest(unit: Work, point: HandoverPoint, office: Office, items: Sequence[Item]) -> Manifest:
    manifest = Manifest(
        id=new_id(),
        kind=ManifestKind.HANDOVER,
        world_id=unit.world_id,
        point_id=point.id,
        office_id=office.id,
        created_at=unit.now,
        created_by=unit.actor,
        signed_at=unit.now,
        signed_by=unit.actor,
    )
    manifest.number = reference("BG", unit.today, manifest.id)
    manifest.items = [ManifestItem(item_id=item.id, signed_at=unit.now) for item in items]
    unit.session.add(manifest)
    return manifest
