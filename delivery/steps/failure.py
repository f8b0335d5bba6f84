"""Records a visit or a contact that failed, and does what the policy decides: one attempt, one event, one text."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from delivery.outbound.outbox import put_sms
from delivery.rules.attempts import (
    AwaitAddress,
    ContactDecision,
    Decision,
    GiveBack,
    Hold,
    OpenIncident,
    TryAgain,
    after_contact,
    after_failure,
    attempt_counts,
)
from delivery.rules.calendar import half_day, vietnam_day
from delivery.rules.policy import Channel
from delivery.rules.reasons import Action, Fault, Reason, about
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.steps.counter import put_at_counter
from delivery.steps.inquiry import inquire
from delivery.steps.points import located
from delivery.store.attempts import Attempt, AttemptKind
from delivery.store.base import new_id
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.offices import Office
from delivery.store.queries.attempts import counted_visits, fruitless_contacts
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.work import Work
from delivery.vault import Reason as Opening
from delivery.vault import Vault
from routing.geocoding import Point, Source, metres

NEAR = 100
"""Metres from the address, as best known, within which a location supports a visit."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the courier's phone says of a visit: (lat, lon) in degrees, whether it called, a photo's SHA-256 in hex.

    `accuracy_m` is how well the phone knew its place, where it says so.
    """

    location: tuple[float, float] | None = field(repr=False, default=None)
    accuracy_m: float | None = None
    called: bool = False
    photo: str | None = None

    def __post_init__(self) -> None:
        if self.location is not None:
            lat, lon = self.location
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError("Evidence: the location is not latitude and longitude in degrees.")
        if self.accuracy_m is not None and not self.accuracy_m >= 0:
            raise ValueError("Evidence: a location's accuracy is a distance in metres.")
        if self.photo is not None and not _SHA256.fullmatch(self.photo):
            raise ValueError("Evidence: a photo is named by its SHA-256 in hex.")


def record_visit(
    unit: Work,
    item: Item,
    *,
    reason: Reason,
    courier_id: UUID,
    asked_for: date | None,
    occurred_at: datetime,
    device_at: datetime | None,
    evidence: Evidence | None,
) -> tuple[Attempt, Decision]:
    """A visit failed: write the attempt and its event, decide what follows, tell the addressee.

    The envelope stays with the courier until the clerk's scan. `asked_for` is a day that the addressee named at
    the door (REQUESTED_LATER). Raises Invalid for a reason that no visit has or a day that cannot be asked for.
    """
    policy, calendar = policy_of(unit, item), working_calendar(unit)
    weak = _is_weak(unit, item, reason, evidence)
    decision = after_failure(
        reason=reason,
        counted_before=counted_visits(unit, item.id),
        policy=policy,
        calendar=calendar,
        now=occurred_at,
        asked_for=asked_for,
        weak=weak,
    )
    attempt = Attempt(
        id=new_id(),
        item_id=item.id,
        kind=AttemptKind.VISIT,
        reason=reason,
        fault=about(reason).fault,
        counts=attempt_counts(reason, weak=weak, policy=policy) and decision.counts,
        weak=weak,
        action=_action(decision),
        courier_id=courier_id,
        half_day=half_day(occurred_at, policy.half_day_split),
        occurred_at=occurred_at,
        recorded_at=unit.now,
    )
    if evidence is not None:
        text = json.dumps({"location": evidence.location, "called": evidence.called, "photo": evidence.photo})
        attempt.evidence = Vault.of(unit).seal(item.addressee.subject, "attempts.evidence", attempt.id, text)
    failed = item.move(
        Happening.ATTEMPT_FAILED,
        unit.occasion(item.delivery_office_id, occurred_at=occurred_at, device_at=device_at),
        data=_told_in_event(attempt),
    )
    attempt.seq = failed.seq
    unit.session.add(attempt)
    _follow(unit, item, decision, occurred_at)
    _tell(unit, item, decision, failed)
    unit.session.flush()
    return attempt, decision


def record_contact(
    unit: Work, item: Item, *, reason: Reason, channel: Channel, place: UUID
) -> tuple[Attempt, ContactDecision]:
    """A call or message led nowhere: write it down, and decide whether to try again, visit, or wait at the counter.

    A number that is somebody else's is written to no more. Raises Invalid for a reason that only visits have.
    """
    policy = policy_of(unit, item)
    counts = policy.counts_as_contact(channel, proven=channel is not Channel.SMS)
    before, visited = fruitless_contacts(unit, item.id)
    decision = after_contact(
        reason=reason,
        fruitless_before=before - (not counts),
        visited_before=visited,
        policy=policy,
        calendar=working_calendar(unit),
        now=unit.now,
    )
    attempt = Attempt(
        id=new_id(),
        item_id=item.id,
        kind=AttemptKind.CONTACT,
        reason=reason,
        fault=about(reason).fault,
        counts=counts,
        action=_contact_action(decision),
        channel=channel,
        half_day=half_day(unit.now, policy.half_day_split),
        occurred_at=unit.now,
        recorded_at=unit.now,
    )
    failed = item.move(Happening.ATTEMPT_FAILED, unit.occasion(place), data=_told_in_event(attempt))
    attempt.seq = failed.seq
    unit.session.add(attempt)
    if reason is Reason.WRONG_NUMBER:
        item.addressee.phone_reachable = False
    if isinstance(decision, Hold) and item.next_step is NextStep.DELIVER:
        item.next_step = NextStep.COUNTER
        if item.state is State.AT_OFFICE and item.holder_kind is HolderKind.OFFICE:
            put_at_counter(unit, item)
    unit.session.flush()
    return attempt, decision


def _follow(unit: Work, item: Item, decision: Decision, occurred_at: datetime) -> None:
    match decision:
        case TryAgain():
            # What was chosen meanwhile stands: the counter, or a later day.
            if item.next_step is NextStep.DELIVER and (item.not_before or occurred_at) <= occurred_at:
                item.not_before, item.half_day = decision.not_before, decision.half_day
        case Hold():
            item.next_step = NextStep.COUNTER
        case GiveBack():
            item.next_step = NextStep.RETURN
            if about(decision.why).action is Action.AWAIT_ADDRESS:
                item.address_until = vietnam_day(occurred_at)
        case AwaitAddress():
            item.next_step, item.address_until = NextStep.ADDRESS, decision.until
        case OpenIncident():
            office = unit.session.get(Office, item.delivery_office_id) if item.delivery_office_id else None
            inquire(
                unit,
                item,
                kind=decision.kind,
                owner=f"office:{office.code}" if office else unit.actor,
                place=item.delivery_office_id,
            )
    if item.recalled_at is not None:
        item.next_step = NextStep.RETURN


def _tell(unit: Work, item: Item, decision: Decision, failed: Event) -> None:
    """What comes next, in one text; who refused at the door knows, and an inquiry has nothing to tell yet.

    Quiet hours are kept: the courier has left, and the next step is never before the morning.
    """
    if item.recalled_at is not None:
        return
    match decision:
        case TryAgain() | Hold():
            put_sms(unit, item, Template.ATTEMPT_FAILED, seq=failed.seq, day=vietnam_day(failed.occurred_at))
        case AwaitAddress():
            put_sms(unit, item, Template.ADDRESS_NEEDED, seq=failed.seq, until=decision.until)
        case GiveBack() | OpenIncident():
            pass


def _is_weak(unit: Work, item: Item, reason: Reason, evidence: Evidence | None) -> bool:
    """Whether nothing supports a visit that is laid at somebody else's door than the post's."""
    if about(reason).fault in (Fault.CARRIER, Fault.NOBODY):
        return False
    if evidence is None:
        return True
    if evidence.called or evidence.photo is not None:
        return False
    if evidence.location is None:
        return True
    spot = located(unit, [[item]], reason=Opening.DELIVERY)[0]
    # The middle of a street or a commune is nobody's door: standing there proves nothing.
    known = spot.source in (Source.ADDRESS_BOOK, Source.GIVEN, Source.GEOCODER)
    lat, lon = evidence.location
    return not known or metres(Point(lat=spot.lat, lon=spot.lon), Point(lat=lat, lon=lon)) > NEAR


def _told_in_event(attempt: Attempt) -> dict[str, str | int | bool | None]:
    return {
        "kind": str(attempt.kind),
        "reason": str(attempt.reason),
        "fault": str(attempt.fault),
        "counts": attempt.counts,
        "weak": bool(attempt.weak),
        "action": str(attempt.action),
    }


def _action(decision: Decision) -> Action:
    match decision:
        case TryAgain():
            return Action.REATTEMPT
        case Hold():
            return Action.HOLD
        case GiveBack():
            return Action.RETURN
        case AwaitAddress():
            return Action.AWAIT_ADDRESS
        case OpenIncident():
            return Action.INCIDENT


def _contact_action(decision: ContactDecision) -> Action:
    match decision:
        case Hold():
            return Action.HOLD
        case _ if getattr(decision, "other_channel", False):
            return Action.OTHER_CHANNEL
        case _:
            return Action.REATTEMPT
