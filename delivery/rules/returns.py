"""When an item may go back to its agency, and the invitations and reminders that must come first.

The floor is the Postal Law 2010, article 17(1): undeliverable is what was refused, what has no address that works, and
what its addressee did not collect though *invited at least twice, each time at least two working days apart*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from delivery.rules.calendar import ONE_DAY, WorkingCalendar
from delivery.rules.policy import Channel, DeliveryPolicy, RefusedAction
from delivery.rules.reasons import Reason, about


class Ground(StrEnum):
    """Why an item may go back."""

    RECALLED = "recalled"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A failed visit, on Viet Nam's day `day`."""

    day: date
    reason: Reason
    counts: bool


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A dated notice to collect. `proof` is the channel's own (a receipt, a letter's number), "" if none came."""

    day: date
    channel: Channel
    proof: str = ""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing that must be so before a return starts. `day`: when it became so, or will; None: nobody can say."""

    vi: str
    en: str
    day: date | None
    satisfied: bool

    def words(self, language: str) -> str:
        """The condition in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Everything that decides about one return, in the order of telling; `met` when all of it is satisfied."""

    ground: Ground
    items: tuple[Condition, ...]

    @property
    def met(self) -> bool:
        return all(condition.satisfied for condition in self.items)


def conditions_for_return(
    *,
    policy: DeliveryPolicy,
    calendar: WorkingCalendar,
    failures: Sequence[Failure],
    invitations: Sequence[Invitation],
    hold_until: date | None,
    refused: date | None = None,
    address_deadline: date | None = None,
    recalled: date | None = None,
    today: date,
) -> Conditions:
    """What must hold before this item goes back, each with its day, whether or not it holds `today` (Viet Nam's day).

    A recall, a refusal (unless the policy holds what is refused) or a missed address deadline is a ground by itself,
    in that order. `refused` and `recalled` are
    the days it happened; `address_deadline` and `hold_until` are the last days of waiting; None: not so. Failed visits
    are shown as evidence; the law asks for none when the addressee chose the counter.
    """
    if recalled is not None:
        return Conditions(
            ground=Ground.RECALLED, items=(_happened("Cơ quan rút lại", "Recalled by the agency", recalled),)
        )
    if refused is not None and policy.refused_action is RefusedAction.RETURN:
        return Conditions(
            ground=Ground.REFUSED, items=(_happened("Người nhận từ chối", "Refused by the addressee", refused),)
        )
    evidence = tuple(_visit(number, failure) for number, failure in enumerate(failures, start=1))
    if address_deadline is not None:
        waited = _waited_out(
            "Chờ địa chỉ mới đến hết",
            "New address awaited to the end of",
            address_deadline,
            # A policy that waits no days lets the item go on the day of the deadline itself.
            today if policy.address_wait_days > 0 else today + ONE_DAY,
        )
        return Conditions(ground=Ground.NO_ADDRESS, items=(*evidence, waited))
    return Conditions(
        ground=Ground.NOT_COLLECTED,
        items=(
            *evidence,
            *_invited(policy=policy, calendar=calendar, invitations=invitations, today=today),
            _waited_out("Lưu giữ tại quầy đến hết", "Held at the counter to the end of", hold_until, today),
        ),
    )


def invitations_that_count(
    *, policy: DeliveryPolicy, calendar: WorkingCalendar, invitations: Sequence[Invitation]
) -> tuple[Invitation, ...]:
    """Those with the proof that their channel needs, each far enough after the one counted before it."""
    counted: list[Invitation] = []
    for invitation in sorted(invitations, key=lambda each: each.day):
        far_enough = not counted or (
            calendar.between(counted[-1].day, invitation.day) >= policy.working_days_between_invitations
        )
        if far_enough and policy.counts_as_contact(invitation.channel, proven=bool(invitation.proof)):
            counted.append(invitation)
    return tuple(counted)


def next_invitation_due(
    *, policy: DeliveryPolicy, calendar: WorkingCalendar, invitations: Sequence[Invitation], held_since: date
) -> date | None:
    """The day from which the next invitation is owed, which may be past; None when enough of them count.

    One that still lacks its proof is given a working day for the proof to come before another replaces it.
    """
    counted = invitations_that_count(policy=policy, calendar=calendar, invitations=invitations)
    if len(counted) >= policy.invitations_required:
        return None
    due = calendar.after(counted[-1].day, policy.working_days_between_invitations) if counted else held_since
    latest = max((invitation.day for invitation in invitations), default=None)
    if latest is not None and (not counted or latest > counted[-1].day):
        due = max(due, calendar.after(latest, 1))
    return due


def next_reminder_due(
    *, policy: DeliveryPolicy, calendar: WorkingCalendar, held_since: date, hold_until: date, reminded: Sequence[date]
) -> date | None:
    """The day from which the next reminder is owed, which may be past; None when none is.

    `reminded` are the days of reminders sent in this hold; a late one stands for all that were due by then.
    """
    last = max(reminded, default=None)
    due = (calendar.before(hold_until, days) for days in policy.reminder_days)
    return next((day for day in due if day > held_since and (last is None or last < day)), None)


def _invited(
    *, policy: DeliveryPolicy, calendar: WorkingCalendar, invitations: Sequence[Invitation], today: date
) -> list[Condition]:
    """One condition for each invitation required, and one for the time that the last of them left."""
    counted = invitations_that_count(policy=policy, calendar=calendar, invitations=invitations)
    conditions = [
        _happened(
            f"Giấy mời lần {number} ({_CHANNELS_VI[invitation.channel]})",
            f"Invitation {number} ({invitation.channel.value})",
            invitation.day,
        )
        for number, invitation in enumerate(counted, start=1)
    ]
    for number in range(len(counted) + 1, policy.invitations_required + 1):
        conditions.append(
            Condition(
                vi=f"Giấy mời lần {number}: chưa có", en=f"Invitation {number}: none yet", day=None, satisfied=False
            )
        )
    if counted and len(counted) >= policy.invitations_required:
        days = policy.working_days_between_invitations
        answerable = calendar.after(counted[policy.invitations_required - 1].day, days)
        conditions.append(
            Condition(
                vi=f"{days} ngày làm việc sau giấy mời cuối: {_dmy(answerable)}",
                en=f"{days} working days after the last invitation: {_dmy(answerable)}",
                day=answerable,
                satisfied=answerable <= today,
            )
        )
    return conditions


def _visit(number: int, failure: Failure) -> Condition:
    row = about(failure.reason)
    uncounted_vi, uncounted_en = ("", "") if failure.counts else (", không tính", ", not counted")
    return _happened(
        f"Lần phát {number} không thành: {row.vi}{uncounted_vi}",
        f"Visit {number} failed: {row.en}{uncounted_en}",
        failure.day,
    )


def _happened(vi: str, en: str, day: date) -> Condition:
    return Condition(vi=f"{vi}: {_dmy(day)}", en=f"{en}: {_dmy(day)}", day=day, satisfied=True)


def _waited_out(vi: str, en: str, until: date | None, today: date) -> Condition:
    if until is None:
        return Condition(vi=f"{vi}: chưa định ngày", en=f"{en}: no day set", day=None, satisfied=False)
    return Condition(vi=f"{vi} {_dmy(until)}", en=f"{en} {_dmy(until)}", day=until, satisfied=until < today)


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"


_CHANNELS_VI = {Channel.SMS: "tin nhắn", Channel.CALL: "gọi điện", Channel.LETTER: "thư"}
