"""What goes back to its agency: why it may, what is due, which manifests are open."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from delivery.errors import NotFound
from delivery.rules.calendar import vietnam_day
from delivery.rules.reasons import Reason
from delivery.rules.returns import Conditions, conditions_for_return
from delivery.rules.states import Happening, State
from delivery.store.agencies import HandoverPoint
from delivery.store.attempts import Incident
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item, NextStep, Placed
from delivery.store.queries.attempts import failures_of
from delivery.store.queries.held import as_rules_read, invitations_of
from delivery.store.queries.items import each_locked
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.routes import Manifest, ManifestItem, ManifestKind
from delivery.store.work import Work


def address_deadline(unit: Work, item: Item) -> date | None:
    """The last day on which a new address is waited for; None when none is."""
    if item.state is State.HELD:
        return None
    if item.address_until is not None:
        return item.address_until
    if item.placed is Placed.REVIEW and item.accepted_at is not None:
        waited = policy_of(unit, item).address_wait_days
        return working_calendar(unit).after(vietnam_day(item.accepted_at), waited)
    return None


def return_conditions(unit: Work, item: Item, *, today: date | None = None) -> Conditions:
    """What must hold before the item goes back, each with its day, as of `today` (else the unit's)."""
    failures = failures_of(unit, item.id)
    refused = max((failure.day for failure in failures if failure.reason is Reason.REFUSED), default=None)
    return conditions_for_return(
        policy=policy_of(unit, item),
        calendar=working_calendar(unit),
        failures=failures,
        invitations=as_rules_read(invitations_of(unit, item.id)),
        hold_until=item.held_until,
        refused=refused,
        address_deadline=None if item.held_until is not None else address_deadline(unit, item),
        recalled=vietnam_day(item.recalled_at) if item.recalled_at else None,
        today=today or unit.today,
    )


def may_be_due_locked(unit: Work) -> Iterator[Item]:
    """Items on an office's shelf that somebody or a deadline sends back, one by one under lock, in the order of ids."""
    condition = and_(
        Item.world_id == unit.world_id,
        Item.holder_kind == HolderKind.OFFICE,
        Item.state.in_((State.ACCEPTED, State.AT_OFFICE, State.HELD)),
        or_(
            Item.recalled_at.is_not(None),
            Item.next_step == NextStep.RETURN,
            Item.address_until < unit.today,
            and_(Item.placed == Placed.REVIEW, Item.address_until.is_(None)),
        ),
    )
    return each_locked(unit, condition)


def started_on(unit: Work, item_id: UUID) -> date | None:
    """The Vietnamese day on which the return started."""
    at = unit.session.scalar(
        select(Event.recorded_at)
        .where(Event.item_id == item_id, Event.kind == Happening.RETURN_STARTED)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    return vietnam_day(at) if at else None


def lying_for(unit: Work, *, office_id: UUID, point_id: UUID) -> Sequence[UUID]:
    """Returning items on the office's shelf for this point that no open manifest lists yet."""
    listed = (
        select(ManifestItem.item_id)
        .join(Manifest)
        .where(Manifest.kind == ManifestKind.RETURN, ManifestItem.signed_at.is_(None), _open())
    )
    return unit.session.scalars(
        select(Item.id).where(
            Item.world_id == unit.world_id,
            Item.state == State.RETURNING,
            Item.holder_kind == HolderKind.OFFICE,
            Item.holder_id == office_id,
            Item.return_point_id == point_id,
            Item.id.not_in(listed),
        )
    ).all()


def return_manifest_locked(unit: Work, number: str, *, agency_id: UUID) -> Manifest:
    """An agency's return manifest, locked; another agency's reads as unknown."""
    manifest = unit.session.scalars(
        select(Manifest)
        .join(HandoverPoint, HandoverPoint.id == Manifest.point_id)
        .where(
            Manifest.number == number,
            Manifest.kind == ManifestKind.RETURN,
            Manifest.world_id == unit.world_id,
            HandoverPoint.agency_id == agency_id,
        )
        .with_for_update(of=Manifest)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if manifest is None:
        raise NotFound(
            "manifest-not-found",
            vi=f"Không có biên bản chuyển hoàn nào mang số {number}.",
            en=f"There is no return manifest with the number {number}.",
            facts={"number": number},
        )
    return manifest


def open_for(unit: Work, agency_id: UUID) -> Sequence[Manifest]:
    """The agency's return manifests that still want signatures, the oldest first."""
    return unit.session.scalars(
        select(Manifest)
        .join(HandoverPoint, HandoverPoint.id == Manifest.point_id)
        .where(
            Manifest.kind == ManifestKind.RETURN,
            Manifest.world_id == unit.world_id,
            HandoverPoint.agency_id == agency_id,
            _open(),
        )
        .order_by(Manifest.created_at, Manifest.id)
    ).all()


def line_signed(unit: Work, item_id: UUID) -> ManifestItem | None:
    """The line of a return manifest on which the agency signed for the item."""
    return unit.session.scalars(
        select(ManifestItem)
        .join(Manifest)
        .where(
            ManifestItem.item_id == item_id,
            Manifest.kind == ManifestKind.RETURN,
            ManifestItem.signed_at.is_not(None),
        )
    ).first()


def _open() -> ColumnElement[bool]:
    return Manifest.signed_at.is_(None)


def incident_of_return(unit: Work, item_id: UUID) -> tuple[str, date] | None:
    """The kind of the incident that ended with a return, and the Vietnamese day it ended on."""
    row = unit.session.scalars(
        select(Incident).where(Incident.item_id == item_id, Incident.outcome == "returned").limit(1)
    ).first()
    return None if row is None or row.closed_at is None else (row.kind, vietnam_day(row.closed_at))
