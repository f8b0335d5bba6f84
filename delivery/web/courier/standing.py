"""Where each envelope and each stop of a route stands for the courier who carries it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from delivery.attempts import BROUGHT_BACK, DELIVERED
from delivery.rules.calendar import vietnam_day
from delivery.rules.states import State
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.routes import Route, Stop, StopItem, StopKind


class Standing(StrEnum):
    """What a courier can still do about an envelope."""

    WAITING = "waiting"
    """The bundle was not taken yet."""
    OPEN = "open"
    RECALLED = "recalled"
    """With the courier, and not to be handed over any more."""
    FAILED = "failed"
    """Reported as not handed over, and still with the courier."""
    DELIVERED = "delivered"
    BACK = "back"
    """Handed in at the office again."""
    BEHIND = "behind"
    """It never left the shelf on this route."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One envelope at a stop.

    `reason` is why a visit failed, or ""; `chosen` that its addressee wants no visit now; `again` that after a failed
    visit the next one is due already, still on this round.
    """

    item: Item
    standing: Standing
    reason: str
    chosen: NextStep | None
    again: bool

    @property
    def number(self) -> str:
        """Its S10 number."""
        return self.item.number

    @property
    def with_courier(self) -> bool:
        """Whether the courier has it in the bag."""
        return self.standing in (Standing.OPEN, Standing.RECALLED, Standing.FAILED)

    @property
    def can_be_handed_over(self) -> bool:
        """A hand-over is welcome even after a failed visit of the same day."""
        return self.standing in (Standing.OPEN, Standing.FAILED)

    @property
    def can_fail(self) -> bool:
        """Whether a visit may be reported as failed: once, and once more when the next visit is due."""
        return self.standing is Standing.OPEN or (self.standing is Standing.FAILED and self.again)

    @property
    def may_collect(self) -> bool:
        """Whether the courier may come to collect money for it on this round."""
        return self.can_be_handed_over or self.standing is Standing.WAITING


def envelopes_at(stop: Stop, courier_id: UUID, now: datetime) -> tuple[Envelope, ...]:
    """The envelopes planned at a stop, in the order of their numbers."""
    lines = sorted(stop.items, key=lambda line: line.item.number)
    return tuple(
        Envelope(
            item=line.item,
            standing=_standing(line, courier_id, taken=stop.route.taken_at is not None),
            reason=line.outcome if line.outcome not in ("", DELIVERED, BROUGHT_BACK) else "",
            chosen=_chosen(line.item, now),
            again=line.item.next_step is NextStep.DELIVER and (line.item.not_before or now) <= now,
        )
        for line in lines
    )


def calls_on(route: Route) -> tuple[Stop, ...]:
    """The stops to call at, in order; a household whose envelopes all left the plan before it was accepted is none."""
    return tuple(stop for stop in route.stops if stop.kind is not StopKind.DELIVERY or stop.items)


def is_done(stop: Stop, envelopes: tuple[Envelope, ...]) -> bool:
    """Whether nothing is left to do at a stop: not before the bundle was taken."""
    if stop.done_at is not None:
        return True
    if stop.kind is StopKind.PICKUP or stop.route.taken_at is None:
        return False
    return not any(envelope.standing is Standing.OPEN for envelope in envelopes)


def _standing(line: StopItem, courier_id: UUID, *, taken: bool) -> Standing:
    item = line.item
    if item.state is State.DELIVERED or line.outcome == DELIVERED:
        return Standing.DELIVERED
    if item.state is State.OUT_FOR_DELIVERY and item.holder == Holder(HolderKind.COURIER, courier_id):
        if item.recalled_at is not None:
            return Standing.RECALLED
        return Standing.FAILED if line.outcome else Standing.OPEN
    if line.outcome:
        return Standing.BACK
    return Standing.BEHIND if taken else Standing.WAITING


def _chosen(item: Item, now: datetime) -> NextStep | None:
    """What the addressee chose instead of this visit: the counter, or (DELIVER) another day."""
    if item.next_step is NextStep.COUNTER:
        return NextStep.COUNTER
    later = item.not_before is not None and vietnam_day(item.not_before) > vietnam_day(now)
    return NextStep.DELIVER if later and item.next_step is NextStep.DELIVER else None
