"""Rows as the API shows them: codes, days and money, never a person's data."""

from collections.abc import Sequence

from delivery.handoff import Registered
from delivery.money.charging import standing
from delivery.rules.states import Happening
from delivery.store.events import DataValue
from delivery.store.items import Item
from delivery.store.money import Quote
from delivery.store.queries.handed import Told
from delivery.store.queries.money import quote_of
from delivery.store.queries.places import commune_of
from delivery.store.routes import Manifest
from delivery.store.work import Work
from delivery.web.agency_api.replies import (
    CandidateOut,
    CommuneOut,
    EventOut,
    ItemOut,
    ManifestItemOut,
    ManifestOut,
    OfficeOut,
    PriceOut,
    RegisteredOut,
)
from tariffs.book import Payer

# What an event's data may tell an agency: reasons, days and answers, no ids of ours and no digests (contracts C20).
TOLD = frozenset(
    {"reason", "fault", "counts", "action", "kind", "channel", "outcome", "to", "until", "day", "half_day", "verdict"}
    | {"ground", "receiver"}
)


def item_out(unit: Work, item: Item, quote: Quote | None) -> ItemOut:
    """An item as its agency sees it."""
    office = item.delivery_office
    return ItemOut(
        code=item.number,
        agency_reference=item.agency_reference,
        dispatch_number=item.dispatch_number,
        dossier_code=item.dossier_code,
        service=item.service,
        state=str(item.state),
        placed="placed" if item.placed == "placed" else "review",
        confidence=item.address_confidence,
        commune=None if item.commune_id is None else commune_out(unit, item.commune_id),
        office=None if office is None else OfficeOut(code=office.code, name=office.name),
        handover_point=item.origin_point.code,
        return_point=item.return_point.code,
        weight_g=item.weight_g,
        agency_fee=item.agency_fee,
        payer="agency" if item.payer == "agency" else "addressee",
        price=None if quote is None else price_out(quote),
        registered_at=item.registered_at,
        accepted_at=item.accepted_at,
        final_at=item.final_at,
        recalled_at=item.recalled_at,
        due_day=item.due_day,
        held_until=item.held_until,
        address_until=item.address_until,
    )


def present(unit: Work, item: Item) -> ItemOut:
    """An item with its price, as it stands now."""
    return item_out(unit, item, quote_of(unit, item.id))


def registered_out(unit: Work, registered: Registered) -> RegisteredOut:
    """A registered item, with the communes that its address may lie in while it is in review."""
    shown = item_out(unit, registered.item, registered.quote)
    unsure = registered.match.candidates if registered.match and shown.placed == "review" else ()
    candidates = [
        CandidateOut(commune=commune_out(unit, one.commune_id), confidence=one.confidence, why=one.why)
        for one in unsure
    ]
    return RegisteredOut(**dict(shown), candidates=candidates)


def commune_out(unit: Work, commune_id: int) -> CommuneOut:
    """A commune with its province."""
    commune = commune_of(unit, commune_id)
    return CommuneOut(id=commune.id, name=commune.name, province=commune.province.name)


def price_out(quote: Quote) -> PriceOut:
    """A price as it stands, with its corrections and its lines."""
    price = standing(quote)
    return PriceOut.model_validate(
        {
            "book": price.book,
            "day": price.day,
            "frozen": quote.frozen_at is not None,
            "net": price.net,
            "vat": price.vat,
            "gross": price.gross,
            "due_from_addressee": price.owed_by(Payer.ADDRESSEE),
            "due_from_agency": price.owed_by(Payer.AGENCY),
            "due_from_subsidy": price.owed_by(Payer.SUBSIDY),
            "lines": price.as_json()["lines"],
        }
    )


def event_out(told: Told) -> EventOut:
    """An event, thin."""
    event = told.event
    kind = Happening(event.kind)
    details: dict[str, DataValue] = {name: value for name, value in event.data.items() if name in TOLD}
    return EventOut(
        position=told.position,
        code=told.number,
        agency_reference=told.agency_reference,
        seq=event.seq,
        event=str(kind),
        state=str(event.state),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        details=details,
    )


def manifest_out(manifest: Manifest, point: str) -> ManifestOut:
    """A return manifest, its items in the order of their numbers."""
    lines = sorted(manifest.items, key=lambda line: line.item.number)
    return ManifestOut(
        manifest=manifest.number,
        handover_point=point,
        created_at=manifest.created_at,
        signed_at=manifest.signed_at,
        items=[
            ManifestItemOut(
                code=line.item.number,
                agency_reference=line.item.agency_reference,
                dossier_code=line.item.dossier_code,
                signed_at=line.signed_at,
            )
            for line in lines
        ],
    )


def page_url(path: str, **query: int) -> str:
    """A page's own path with its query."""
    return f"/api/v1{path}?" + "&".join(f"{name}={value}" for name, value in query.items())


def last_of(positions: Sequence[int], before: int) -> int:
    """Where a page ends: its last position, or where it began when it is empty."""
    return positions[-1] if positions else before
