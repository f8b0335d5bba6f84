"""Calling a result back after its hand-off."""

from enum import StrEnum
from uuid import UUID

from delivery.rules.states import Happening, State
from delivery.store.items import Holder, HolderKind, NextStep
from delivery.store.queries.items import locked_by_number
from delivery.store.work import Work


class RecallAnswer(StrEnum):
    """What became of a recall."""

    CANCELLED = "cancelled"
    """The envelope had not left the agency: nothing will be delivered."""
    ACCEPTED = "accepted"
    """The post holds it and sends it back."""
    PENDING = "pending"
    """It is with a courier or under inquiry: an event will say how that ended."""
    TOO_LATE = "too_late"
    """It was delivered, returned or lost before."""


def recall(unit: Work, *, agency_id: UUID, number: str) -> RecallAnswer:
    """Call an item back. From this instant no hand-over may happen; asked twice, it answers as things now stand."""
    item = locked_by_number(unit, number, agency_id=agency_id)
    if item.state is State.CANCELLED:
        return RecallAnswer.CANCELLED
    if item.is_final:
        return RecallAnswer.TOO_LATE
    if item.state is State.RETURNING:
        return RecallAnswer.ACCEPTED
    if item.state is State.REGISTERED:
        item.recalled_at = unit.now
        item.move(Happening.CANCELLED, unit.occasion(), holder=Holder(HolderKind.AGENCY, item.origin_point_id))
        return RecallAnswer.CANCELLED
    if item.recalled_at is None:
        item.move(Happening.RECALL_REQUESTED, unit.occasion())
        item.recalled_at = unit.now
        item.next_step = NextStep.RETURN
    with_the_post = item.holder_kind in (HolderKind.OFFICE, HolderKind.BAG) and item.state is not State.UNDER_INQUIRY
    return RecallAnswer.ACCEPTED if with_the_post else RecallAnswer.PENDING
