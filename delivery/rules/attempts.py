"""What follows a visit or a contact that failed: a decision that the use case matches on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from delivery.errors import Invalid
from delivery.rules.calendar import (
    ONE_DAY,
    HalfDay,
    WorkingCalendar,
    half_day,
    vietnam_day,
    vietnam_instant,
    vietnam_time,
)
from delivery.rules.policy import AfterContacts, DeliveryPolicy, RefusedAction
from delivery.rules.reasons import Action, Counts, Fault, IncidentKind, Reason, about


@dataclass(frozen=True, kw_only=True)
class TryAgain:
    """Visit again: not before this UTC instant, by the end of `latest` (Viet Nam's day), in `half_day` if one is set.

    `call_first`: the door stayed shut, so the courier phones before.
    """

    not_before: datetime
    latest: date
    half_day: HalfDay | None
    counts: bool
    call_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Keep it at the counter to the end of `until` (Viet Nam's day) and invite the addressee."""

    until: date
    counts: bool


@dataclass(frozen=True, kw_only=True)
class GiveBack:
    """Start the return to the handling agency, because of `why`."""

    why: Reason
    counts: bool


@dataclass(frozen=True, kw_only=True)
class AwaitAddress:
    """Ask agency and addressee for another address, to the end of `until` (Viet Nam's day)."""

    until: date
    counts: bool


@dataclass(frozen=True, kw_only=True)
class OpenIncident:
    """Something happened to the envelope itself: a person inquires. Never counts."""

    kind: IncidentKind
    counts: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactAgain:
    """Try to reach the addressee once more, not before this UTC instant; by another channel if this one is useless."""

    not_before: datetime
    other_channel: bool


@dataclass(frozen=True, kw_only=True)
class VisitAnyway:
    """Enough contacts were tried: the courier goes without an appointment."""


Decision: TypeAlias = TryAgain | Hold | GiveBack | AwaitAddress | OpenIncident
ContactDecision: TypeAlias = ContactAgain | VisitAnyway | Hold


def attempt_counts(reason: Reason, *, weak: bool, policy: DeliveryPolicy) -> bool:
    """Whether a visit that failed for `reason` uses up one of the visits allowed.

    `weak`: no location near the address, no call and no photo support it.
    """
    return about(reason).counts is Counts.YES and (policy.weak_attempts_count or not weak)


def after_failure(
    *,
    reason: Reason,
    counted_before: int,
    policy: DeliveryPolicy,
    calendar: WorkingCalendar,
    now: datetime,
    asked_for: date | None = None,
    weak: bool = False,
) -> Decision:
    """Decide what follows a visit that failed at `now` (aware) for `reason`, after `counted_before` that counted.

    The last visit allowed sends the item to the counter and not back: the law asks for invitations before an agency
    gets it back. `asked_for` is the day that the addressee named (REQUESTED_LATER only); without one it is the next
    working day, and a day that is not worked gives way to the next that is. Raises Invalid for a reason that only
    contacts have (`reason-not-of-visit`) and for a day that cannot be asked for (`day-not-offered`).
    """
    row = about(reason)
    if not row.of_visit:
        raise Invalid(
            "reason-not-of-visit",
            vi=f"“{row.vi}” là lý do liên hệ không được, không phải lý do của một lần phát.",
            en=f"“{row.en}” explains a failed contact, not a failed visit.",
            facts={"reason": reason.value},
        )
    today = vietnam_day(now)
    counts = attempt_counts(reason, weak=weak, policy=policy)
    if row.incident is not None:
        return OpenIncident(kind=row.incident)
    if reason is Reason.REFUSED:
        if policy.refused_action is RefusedAction.HOLD:
            return Hold(until=calendar.after(today, policy.hold_days), counts=False)
        return GiveBack(why=reason, counts=False)
    if row.action is Action.AWAIT_ADDRESS:
        if policy.address_wait_days == 0:
            return GiveBack(why=reason, counts=False)
        return AwaitAddress(until=calendar.after(today, policy.address_wait_days), counts=False)
    if reason is Reason.REQUESTED_LATER:
        day = _day_asked_for(asked_for, policy=policy, calendar=calendar, today=today)
        return TryAgain(
            not_before=vietnam_instant(day, policy.visits_from),
            latest=day,
            half_day=None,
            counts=False,
        )
    if row.fault in (Fault.CARRIER, Fault.NOBODY):
        return _next_run(policy=policy, calendar=calendar, now=now)
    counted = counted_before + counts
    if counts and counted >= policy.visits_allowed:
        return Hold(until=calendar.after(today, policy.hold_days), counts=True)
    return _another_visit(
        policy=policy,
        calendar=calendar,
        now=now,
        counts=counts,
        call_first=reason is Reason.NO_ACCESS,
    )


def after_contact(
    *,
    reason: Reason,
    fruitless_before: int,
    visited_before: bool,
    policy: DeliveryPolicy,
    calendar: WorkingCalendar,
    now: datetime,
) -> ContactDecision:
    """Decide what follows a contact that led nowhere at `now`, after `fruitless_before` since the last visit.

    Only contacts that count (`DeliveryPolicy.counts_as_contact`) are counted or passed here. Raises Invalid
    (`reason-not-of-contact`) for a reason that only visits have.
    """
    row = about(reason)
    if not row.of_contact:
        raise Invalid(
            "reason-not-of-contact",
            vi=f"“{row.vi}” là lý do phát không được, không phải lý do của một lần liên hệ.",
            en=f"“{row.en}” explains a failed visit, not a failed contact.",
            facts={"reason": reason.value},
        )
    allowed = policy.contacts_between_visits if visited_before else policy.contacts_before_visit
    if fruitless_before + 1 < allowed:
        return ContactAgain(
            not_before=_out_of_quiet(now + timedelta(hours=policy.least_gap_hours), policy),
            other_channel=row.action is Action.OTHER_CHANNEL,
        )
    # An item without a single visit is what the counter practice is about; later visits were promised already.
    if policy.after_fruitless_contacts is AfterContacts.COUNTER and not visited_before:
        return Hold(until=calendar.after(vietnam_day(now), policy.hold_days), counts=False)
    return VisitAnyway()


def last_day_to_ask_for(*, policy: DeliveryPolicy, calendar: WorkingCalendar, today: date) -> date:
    """The last day that an addressee may ask the courier to come on."""
    return calendar.after(today, policy.days_ahead)


def _day_asked_for(asked_for: date | None, *, policy: DeliveryPolicy, calendar: WorkingCalendar, today: date) -> date:
    if asked_for is None:
        return calendar.after(today, 1)
    last = last_day_to_ask_for(policy=policy, calendar=calendar, today=today)
    if not today < asked_for <= last:
        raise Invalid(
            "day-not-offered",
            vi=f"Ngày hẹn phải sau hôm nay và chậm nhất là {last:%d/%m/%Y}.",
            en=f"The day asked for must be after today and at the latest {last:%d/%m/%Y}.",
            facts={"last_day": last.isoformat()},
        )
    return calendar.on_or_after(asked_for)


def _next_run(*, policy: DeliveryPolicy, calendar: WorkingCalendar, now: datetime) -> TryAgain:
    """The courier's next working day: the addressee did nothing wrong, so no half-day and no charge."""
    day = calendar.after(vietnam_day(now), 1)
    return TryAgain(not_before=vietnam_instant(day, policy.visits_from), latest=day, half_day=None, counts=False)


def _another_visit(
    *, policy: DeliveryPolicy, calendar: WorkingCalendar, now: datetime, counts: bool, call_first: bool
) -> TryAgain:
    """The first stretch of visiting hours that the policy's gap and half-day leave, perhaps still today."""
    wanted = half_day(now, policy.half_day_split).other if policy.second_in_other_half_day else None
    begins = policy.half_day_split if wanted is HalfDay.AFTERNOON else policy.visits_from
    ends = policy.half_day_split if wanted is HalfDay.MORNING else policy.visits_until
    rested = now + timedelta(hours=policy.least_gap_hours)
    day = vietnam_day(now)
    while not calendar.is_working(day) or vietnam_instant(day, ends) <= rested:
        day += ONE_DAY
    return TryAgain(
        not_before=max(rested, vietnam_instant(day, begins)),
        latest=max(day, calendar.after(vietnam_day(now), policy.most_days_between)),
        half_day=wanted,
        counts=counts,
        call_first=call_first,
    )


def _out_of_quiet(moment: datetime, policy: DeliveryPolicy) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in."""
    local = vietnam_time(moment)
    if not policy.is_quiet(local.time()):
        return moment
    ends = vietnam_instant(local.date(), policy.quiet_until)
    return ends if ends >= moment else vietnam_instant(local.date() + ONE_DAY, policy.quiet_until)
