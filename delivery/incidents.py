"""Incidents: an envelope lost, stolen, damaged or its seal broken, from the opening of the inquiry to its end."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from delivery.errors import NotFound, Refused
from delivery.money.charging import forgo
from delivery.money.claims import open_for_loss
from delivery.rules.reasons import IncidentKind
from delivery.rules.states import Happening, State
from delivery.steps.inquiry import inquire
from delivery.store.attempts import Incident
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.queries.items import locked, locked_by_number, unknown_item
from delivery.store.queries.shelves import couriers_of, office_named
from delivery.store.routes import Bag
from delivery.store.work import Work


class Outcome(StrEnum):
    """How an inquiry ends."""

    CONTINUED = "continued"
    """The envelope is in the hands of the office that says so, and goes on its way."""
    RETURNED = "returned"
    """It is there too, and goes back to its agency."""
    LOST = "lost"
    """Nobody has it: lost, stolen or destroyed."""


def open_incident(unit: Work, *, number: str, office_id: UUID, kind: IncidentKind) -> Incident:
    """Put an item under inquiry; the office that says so owns it. Its last holder stays its holder.

    Raises NotFound for an item that this office has nothing to do with, Refused in words when it is final or under
    inquiry already.
    """
    item = locked_by_number(unit, number)
    office = office_named(unit, office_id)
    if not _concerns(unit, item, office_id):
        raise unknown_item(number)
    incident = inquire(unit, item, kind=kind, owner=f"office:{office.code}", place=office_id)
    unit.session.flush()
    return incident


def close_incident(unit: Work, *, incident_id: UUID, outcome: Outcome, office_id: UUID) -> Incident:
    """End an inquiry: the item goes on or back from this office's shelf, or is lost and its claim opens by itself.

    "Continued" leads to the state before, as far as the envelope's place allows: what was with a courier or in a bag
    lies on this office's shelf now. Raises NotFound for an incident of an item that this office has nothing to do
    with, Refused when the incident is closed.
    """
    incident = unit.session.get(Incident, incident_id)
    item = None if incident is None else locked(unit, incident.item_id)
    if incident is None or item is None or item.world_id != unit.world_id or not _concerns(unit, item, office_id):
        raise NotFound(
            "incident-not-found",
            vi="Bưu cục này không có sự cố đó. Mở lại danh sách sự cố.",
            en="This office has no such incident. Open the list of incidents again.",
        )
    unit.session.refresh(incident)
    if incident.closed_at is not None:
        raise Refused(
            "incident-closed",
            vi=f"Việc xác minh bưu gửi {item.number} đã kết thúc.",
            en=f"The inquiry about item {item.number} is over.",
            facts={"number": item.number, "outcome": incident.outcome},
        )
    to, holder = _end(item, outcome, office_id)
    incident.closed_at, incident.outcome = unit.now, outcome
    if to is State.LOST:
        forgo(unit, item)
    item.move(
        Happening.INCIDENT_CLOSED,
        unit.occasion(office_id),
        to=to,
        holder=holder,
        data={"incident": str(incident.id), "outcome": str(outcome)},
    )
    if to is State.RETURNING:
        item.next_step = NextStep.NOTHING
    elif to is State.LOST:
        open_for_loss(unit, item)
    elif to is State.AT_OFFICE and item.recalled_at is not None:
        item.next_step = NextStep.RETURN
    unit.session.flush()
    return incident


def open_incidents(unit: Work, *, office_id: UUID) -> list[Incident]:
    """The inquiries that an office owns, the oldest first."""
    office = office_named(unit, office_id)
    return list(
        unit.session.scalars(
            select(Incident)
            .join(Item)
            .where(
                Item.world_id == unit.world_id,
                Incident.closed_at.is_(None),
                Incident.owner == f"office:{office.code}",
            )
            .order_by(Incident.opened_at, Incident.id)
        )
    )


def _end(item: Item, outcome: Outcome, office_id: UUID) -> tuple[State, Holder]:
    """The state and the holder that an inquiry leads to."""
    shelf = Holder(HolderKind.OFFICE, office_id)
    before = item.state_before_inquiry
    match outcome:
        case Outcome.LOST:
            return State.LOST, Holder(HolderKind.NOBODY)
        case Outcome.RETURNED:
            return State.RETURNING, shelf
        case Outcome.CONTINUED:
            if before is State.REGISTERED:
                return State.REGISTERED, Holder(HolderKind.AGENCY, item.origin_point_id)
            if before is State.RETURNING:
                return State.RETURNING, shelf
            if item.delivery_office_id != office_id:
                # A bag takes it on from here to where it is delivered.
                return State.ACCEPTED, shelf
            return (State.HELD if before is State.HELD else State.AT_OFFICE), shelf


def _concerns(unit: Work, item: Item, office_id: UUID) -> bool:
    """Whether the office accepted, delivers, returns or holds the item, or waits for the bag that it is in."""
    if office_id in (item.accepting_office_id, item.delivery_office_id, item.return_point.office_id):
        return True
    match item.holder_kind:
        case HolderKind.OFFICE:
            return item.holder_id == office_id
        case HolderKind.COURIER:
            return item.holder_id in couriers_of(unit, office_id)
        case HolderKind.BAG:
            bag = unit.session.get_one(Bag, item.holder_id)
            return office_id in (bag.from_office_id, bag.to_office_id)
        case _:
            return False
