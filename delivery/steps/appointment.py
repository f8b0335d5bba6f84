"""Agrees on the day of another visit with the addressee."""

from collections.abc import Sequence
from datetime import date, timedelta

from delivery.errors import Invalid, Refused
from delivery.money.correcting import COUNTER_REBATE, correct, redelivery_charge
from delivery.rules.attempts import last_day_to_ask_for
from delivery.rules.calendar import HalfDay, vietnam_instant
from delivery.rules.states import Happening, State, targets
from delivery.store.attempts import Choice
from delivery.store.items import HolderKind, Item, NextStep
from delivery.store.money import CorrectionReason
from delivery.store.queries.attempts import ANOTHER_DAY, REDELIVERY, counted_visits, redeliveries_asked
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.work import Work
from tariffs.book import Book


def days_offered(unit: Work, item: Item) -> tuple[date, ...]:
    """The working days that the addressee may ask for now, the first first; empty when no visit can be agreed on."""
    if why_no_visit(unit, item) is not None:
        return ()
    policy, calendar = policy_of(unit, item), working_calendar(unit)
    last = last_day_to_ask_for(policy=policy, calendar=calendar, today=unit.today)
    ahead = (unit.today + timedelta(days=n) for n in range(1, (last - unit.today).days + 1))
    return tuple(day for day in ahead if calendar.is_working(day))


def agree(unit: Work, item: Item, books: Sequence[Book], *, day: date, half_day: HalfDay | None, via: str) -> None:
    """Promise a visit on `day`, in `half_day` if one is given; an item held at the counter goes back to the shelf.

    After the policy's visits this allows one more, as often as the policy lets one be asked for; whether it costs
    something is the tariff book's matter. Raises Refused in words when no
    visit can be agreed on, Invalid `day-not-offered` for a day that is not worked, past, or too far ahead.
    """
    refusal = why_no_visit(unit, item)
    if refusal is not None:
        raise refusal
    offered = days_offered(unit, item)
    if day not in offered:
        raise Invalid(
            "day-not-offered",
            vi=f"Ngày {day:%d/%m/%Y} không chọn được: hãy chọn ngày làm việc, chậm nhất {offered[-1]:%d/%m/%Y}.",
            en=f"{day:%Y-%m-%d} cannot be chosen: take a working day, {offered[-1]:%Y-%m-%d} at the latest.",
            pointer="/day",
            facts={"first_day": offered[0].isoformat(), "last_day": offered[-1].isoformat()},
        )
    policy = policy_of(unit, item)
    kind = REDELIVERY if _visits_used_up(unit, item) else ANOTHER_DAY
    collects = COUNTER_REBATE in item.options
    if kind == REDELIVERY:
        item.redeliveries += 1
    if collects:
        # Asked to pay at the counter, then for a visit after all: the rebate was for who collects.
        item.options = [option for option in item.options if option != COUNTER_REBATE]
    if collects or kind == REDELIVERY:
        correct(unit, item, books, reason=CorrectionReason.REDELIVERY)
    unit.session.add(Choice(item_id=item.id, kind=kind, day=day, half_day=half_day, via=via, chosen_at=unit.now))
    begins = policy.half_day_split if half_day is HalfDay.AFTERNOON else policy.visits_from
    item.next_step, item.not_before, item.half_day = NextStep.DELIVER, vietnam_instant(day, begins), half_day
    item.held_until = None
    item.move(
        Happening.RESCHEDULED,
        unit.occasion(item.holder_id if item.holder_kind is HolderKind.OFFICE else None),
        data={"what": kind, "day": day.isoformat(), "half_day": half_day, "via": via},
    )


def charge_for_visit(unit: Work, item: Item, books: Sequence[Book]) -> int:
    """What agreeing on a visit now would add to what the addressee has to pay, in đồng; 0 while it is free."""
    return redelivery_charge(unit, item, books, counted=_visits_used_up(unit, item))


def why_no_visit(unit: Work, item: Item) -> Refused | None:
    """Why no visit can be agreed on now, in words for the addressee; None when one can."""
    if item.recalled_at is not None:
        return _no(item, "recalled", "cơ quan gửi đã rút lại", "its agency has recalled it")
    if not targets(item.state, Happening.RESCHEDULED) or item.state is State.REGISTERED:
        return _no(item, "not-now", "bưu gửi không ở chặng hẹn được", "nothing can be agreed on at this stage")
    if item.next_step in (NextStep.RETURN, NextStep.NOTHING):
        return _no(item, "going-back", "bưu gửi sắp chuyển hoàn về cơ quan", "it is about to go back to its agency")
    if item.next_step is NextStep.ADDRESS:
        return _no(item, "needs-address", "cần địa chỉ đúng trước", "it needs a right address first")
    if _visits_used_up(unit, item):
        allowed = policy_of(unit, item).redeliveries_on_request
        if redeliveries_asked(unit, item.id) >= allowed:
            return _no(
                item,
                "no-more-visits",
                "đã hết số lần phát, mời đến quầy",
                "no visits are left, please come to the counter",
            )
    return None


def _visits_used_up(unit: Work, item: Item) -> bool:
    return counted_visits(unit, item.id) >= policy_of(unit, item).visits_allowed


def _no(item: Item, code: str, vi: str, en: str) -> Refused:
    return Refused(
        f"visit-{code}",
        vi=f"Không hẹn lại được việc phát bưu gửi {item.number}: {vi}.",
        en=f"No other visit can be agreed on for item {item.number}: {en}.",
        facts={"number": item.number},
    )
