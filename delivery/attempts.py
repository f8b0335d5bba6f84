"""What couriers and callers report: the bundle taken, visits that failed, items handed over, contacts, the way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Refused
from delivery.money.charging import Method, Taker
from delivery.outbound.outbox import put_sms
from delivery.rules.attempts import ContactDecision, Decision
from delivery.rules.calendar import HalfDay, vietnam_day, vietnam_time
from delivery.rules.policy import Channel, DeliveryPolicy, Proof, Receiver
from delivery.rules.reasons import Counts, Reason, about
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template, hours_told
from delivery.steps import points
from delivery.steps.counter import put_at_counter
from delivery.steps.failure import Evidence, record_contact, record_visit
from delivery.steps.receipt import hand_over
from delivery.store.attempts import Attempt
from delivery.store.events import Event
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.queries.attempts import delivery_stops, line_of, route_locked, still_out, stop_of_courier
from delivery.store.queries.items import locked_by_number, locked_by_numbers, locked_many, unknown_item
from delivery.store.queries.policies import policy_of
from delivery.store.routes import PlanState, Route, Stop, StopItem, StopKind
from delivery.store.work import Work

DELIVERED = "delivered"
BROUGHT_BACK = "brought_back"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """An item of the plan that stays behind, and why, in words for the courier."""

    number: str
    vi: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a courier carries now, by number, and what the plan named but stays behind."""

    numbers: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, kw_only=True)
class BroughtBack:
    """The evening scan of one route, by number.

    `shelved` lie at the office again, `held` wait at its counter, `with_courier` were not scanned, `unexpected` were
    scanned though this courier does not have them out. `closed`: nothing of the route is out any more.
    """

    shelved: tuple[str, ...]
    held: tuple[str, ...]
    with_courier: tuple[str, ...]
    unexpected: tuple[str, ...]
    closed: bool


def take(unit: Work, *, route_id: UUID, courier_id: UUID) -> Taken:
    """The courier takes the bundle: the route's items go out, and each addressee learns the hours.

    What was recalled or decided otherwise since the planning stays on the shelf, by name. Taking again takes what
    was missing the first time. Raises NotFound for another courier's route, Refused for another day's, one that was
    closed, or one whose plan was replaced.
    """
    route = route_locked(unit, route_id, courier_id=courier_id)
    _refuse_route(unit, route)
    stops = delivery_stops(unit, route)
    numbers: list[str] = []
    skipped: list[Skipped] = []
    carried = Holder(HolderKind.COURIER, courier_id)
    # Nothing read here depends on what was written for the item before: a whole bundle is written in one flush.
    with unit.session.no_autoflush:
        for item in locked_many(unit, stops):
            if item.holder == carried and item.state is State.OUT_FOR_DELIVERY:
                continue
            stop = stops[item.id]
            why = _stays_behind(unit, item, route, stop)
            if why is not None:
                skipped.append(Skipped(number=item.number, vi=why[0], en=why[1]))
                continue
            _goes_out(unit, item, route, stop)
            numbers.append(item.number)
    if route.taken_at is None:
        route.taken_at = unit.now
    unit.session.flush()
    return Taken(numbers=tuple(numbers), skipped=tuple(skipped))


def report_failure(
    unit: Work,
    *,
    stop_id: UUID,
    courier_id: UUID,
    number: str,
    reason: Reason,
    asked_for: date | None = None,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    evidence: Evidence | None = None,
) -> tuple[Attempt, Decision]:
    """The courier could not hand the item over: one attempt, what follows is decided, the addressee is told.

    `asked_for` is the day that the addressee named (REQUESTED_LATER). Raises NotFound for another courier's stop,
    Refused when the item is not out with this courier, was reported here before, or its addressee chose otherwise
    meanwhile, so that no visit counts that nobody expected.
    """
    item = locked_by_number(unit, number)
    stop = stop_of_courier(unit, stop_id, courier_id)
    _refuse_not_out(item, courier_id)
    occurred = happened_at(unit, stop, occurred_at)
    _refuse_uncalled_for(unit, item, stop, reason, occurred)
    attempt, decision = record_visit(
        unit,
        item,
        reason=reason,
        courier_id=courier_id,
        asked_for=asked_for,
        occurred_at=occurred,
        device_at=device_at,
        evidence=evidence,
    )
    mark(unit, stop, item, str(reason), at=occurred)
    unit.session.flush()
    return attempt, decision


def contact(
    unit: Work, *, number: str, office_id: UUID, reason: Reason, channel: Channel
) -> tuple[Attempt, ContactDecision]:
    """Somebody at the office tried in vain to reach the addressee.

    After the policy's contacts the item is visited anyway or waits at the counter. Raises NotFound for an item of
    another office, Refused in words when it is not at its delivery office or with its courier.
    """
    item = locked_by_number(unit, number)
    if item.delivery_office_id != office_id:
        raise unknown_item(number)
    return record_contact(unit, item, reason=reason, channel=channel, place=office_id)


def report_delivery(
    unit: Work,
    *,
    stop_id: UUID | None,
    courier_id: UUID,
    number: str,
    receiver: Receiver,
    proofs: Iterable[Proof],
    receiver_name: str | None = None,
    paid: Method | None = None,
    occurred_at: datetime | None = None,
    device_at: datetime | None = None,
    evidence: Evidence | None = None,
) -> Event:
    """The courier handed the item over at the door.

    A hand-over that occurred before a recall stands, and so does one after a failed visit of the same day. Where the
    phone stood at a planned stop is learnt for the next visit there. Raises
    Refused in words: not out with this courier, recalled, a receiver or proofs that the policy does not accept,
    money still due. `occurred_at` is clamped to when the courier had it.
    """
    item = locked_by_number(unit, number)
    stop = None if stop_id is None else stop_of_courier(unit, stop_id, courier_id)
    _refuse_not_out(item, courier_id)
    occurred = happened_at(unit, stop, occurred_at)
    delivered = hand_over(
        unit,
        item,
        receiver=receiver,
        proofs=proofs,
        receiver_name=receiver_name,
        paid=paid,
        taker=Taker(courier_id=courier_id),
        place=item.delivery_office_id,
        at_counter=False,
        occurred_at=occurred,
        device_at=device_at,
    )
    if stop is not None:
        mark(unit, stop, item, DELIVERED, at=occurred)
        if evidence is not None and stop.kind is StopKind.DELIVERY:
            points.learn(unit, item, receiver=receiver, evidence=evidence, day=vietnam_day(occurred))
    unit.session.flush()
    return delivered


def bring_back(unit: Work, *, route_id: UUID, office_id: UUID, numbers: Iterable[str]) -> BroughtBack:
    """The clerk scans in the evening what the courier brings back: to the shelf, or to the counter.

    What is not scanned stays with the courier and is named; the route is closed when nothing of it is out. Raises
    NotFound for another office's route, Refused for numbers that are unknown.
    """
    route = route_locked(unit, route_id, office_id=office_id)
    carried = Holder(HolderKind.COURIER, route.courier_id)
    shelved: list[str] = []
    held: list[str] = []
    unexpected: list[str] = []
    for item in locked_by_numbers(unit, numbers):
        if item.holder != carried or item.state is not State.OUT_FOR_DELIVERY:
            unexpected.append(item.number)
            continue
        _close_line(unit, route, item)
        (held if _back(unit, item, office_id) else shelved).append(item.number)
    unit.session.flush()
    out = tuple(item.number for item in still_out(unit, route))
    if not out and route.taken_at is not None and route.closed_at is None:
        route.closed_at = unit.now
    return BroughtBack(
        shelved=tuple(shelved),
        held=tuple(held),
        with_courier=out,
        unexpected=tuple(unexpected),
        closed=route.closed_at is not None,
    )


def happened_at(unit: Work, stop: Stop | None, occurred_at: datetime | None) -> datetime:
    """When a report's deed was done: as the phone says, but not before the bundle was taken and not after now."""
    happened = min(occurred_at or unit.now, unit.now)
    if stop is not None and stop.route.taken_at is not None:
        happened = max(happened, stop.route.taken_at)
    return happened


def mark(unit: Work, stop: Stop, item: Item, outcome: str, *, at: datetime) -> None:
    """Write what came of the item at the stop; the stop is done when nothing is open there.

    Done since the last of it was, not since it was heard of: reports wait for a network and overtake one another,
    and routes teach how long a call takes.
    """
    line = line_of(unit, stop.id, item.id)
    if line is not None:
        line.outcome, line.done_at = outcome, at
        if stop.done_at is None and all(each.outcome for each in stop.items):
            stop.done_at = max(each.done_at or at for each in stop.items)


def _refuse_route(unit: Work, route: Route) -> None:
    if route.plan.state is not PlanState.READY:
        raise Refused(
            "route-replaced",
            vi="Tuyến này đã được lập lại. Mở lại danh sách hôm nay.",
            en="This route was planned anew. Open today's list again.",
        )
    if route.day != unit.today:
        raise Refused(
            "route-not-today",
            vi=f"Tuyến này của ngày {route.day:%d/%m/%Y}: chỉ nhận bưu gửi trong ngày đó.",
            en=f"This route is for {route.day:%Y-%m-%d}: its items are taken on that day only.",
            facts={"day": route.day.isoformat()},
        )
    if route.closed_at is not None:
        raise Refused(
            "route-closed",
            vi="Tuyến này đã kết thúc: bưu gửi còn lại sẽ vào tuyến sau.",
            en="This route is closed: what is left goes onto the next one.",
        )


def _goes_out(unit: Work, item: Item, route: Route, stop: Stop) -> None:
    out = item.move(
        Happening.OUT_FOR_DELIVERY,
        unit.occasion(route.office_id),
        holder=Holder(HolderKind.COURIER, route.courier_id),
        data={"route": str(route.id)},
    )
    hours = hours_told(stop.starts)
    put_sms(unit, item, Template.OUT_FOR_DELIVERY, seq=out.seq, day=route.day, hours=hours)


def _stays_behind(unit: Work, item: Item, route: Route, stop: Stop) -> tuple[str, str] | None:
    """Why the item does not go out on this route, in Vietnamese and English; None when it does."""
    shelf = Holder(HolderKind.OFFICE, route.office_id)
    if item.recalled_at is not None:
        return "cơ quan gửi đã rút lại", "recalled by its agency"
    if item.state is not State.AT_OFFICE or item.holder != shelf:
        return "không còn trên kệ chờ phát", "no longer on the shelf for delivery"
    if item.next_step is not NextStep.DELIVER or item.placed is not Placed.PLACED:
        return "đã có quyết định khác", "something else was decided"
    if not _fits(item, policy_of(unit, item), route, stop):
        return "người nhận hẹn lúc khác", "promised for another time"
    return None


def _fits(item: Item, policy: DeliveryPolicy, route: Route, stop: Stop) -> bool:
    if item.not_before is not None and vietnam_day(item.not_before) > route.day:
        return False
    if item.half_day is None:
        return True
    split = policy.half_day_split.hour * 3600 + policy.half_day_split.minute * 60
    visited = HalfDay.MORNING if stop.starts < split else HalfDay.AFTERNOON
    return visited == item.half_day


def _refuse_not_out(item: Item, courier_id: UUID) -> None:
    if item.state is not State.OUT_FOR_DELIVERY or item.holder != Holder(HolderKind.COURIER, courier_id):
        raise Refused(
            "not-out-with-you",
            vi=f"Bưu gửi {item.number} không ở trong túi phát của bạn: không báo kết quả được.",
            en=f"You do not have item {item.number} out for delivery: nothing can be reported for it.",
            facts={"number": item.number, "state": str(item.state)},
        )


def _refuse_uncalled_for(unit: Work, item: Item, stop: Stop, reason: Reason, occurred: datetime) -> None:
    """A visit counts once, and only if it was still to be made."""
    line = line_of(unit, stop.id, item.id)
    if line is None:
        raise Refused(
            "not-at-this-stop",
            vi=f"Bưu gửi {item.number} không thuộc điểm phát này. Mở lại danh sách hôm nay.",
            en=f"Item {item.number} does not belong to this stop. Open today's list again.",
            facts={"number": item.number},
        )
    if about(reason).incident is not None:
        return
    early = item.next_step is NextStep.DELIVER and item.not_before is not None and occurred < item.not_before
    if line.outcome and (early or item.next_step is not NextStep.DELIVER):
        raise Refused(
            "reported-already",
            vi=f"Lần phát bưu gửi {item.number} đã được báo: mang về bưu cục cuối ngày, trừ khi giao được.",
            en=f"This visit for item {item.number} was reported: bring it back this evening unless you hand it over.",
            facts={"number": item.number},
        )
    if about(reason).counts is not Counts.YES or item.recalled_at is not None:
        return
    later = early and item.not_before is not None and vietnam_day(item.not_before) > vietnam_day(occurred)
    if later or item.next_step is NextStep.COUNTER:
        when = f"{vietnam_time(item.not_before):%d/%m}" if later and item.not_before else ""
        raise Refused(
            "chosen-otherwise",
            vi=f"Người nhận bưu gửi {item.number} đã chọn "
            + (f"ngày {when}" if when else "nhận tại quầy")
            + ": mang về bưu cục, không tính lần phát.",
            en=f"The addressee of item {item.number} chose "
            + (f"another day ({when})" if when else "the counter")
            + ": bring it back to the office, no visit is counted.",
            facts={"number": item.number},
        )


def _close_line(unit: Work, route: Route, item: Item) -> None:
    """An item that came back without a report was not visited, which is no attempt: it goes onto the next route."""
    line = unit.session.scalars(
        select(StopItem).join(Stop).where(Stop.route_id == route.id, StopItem.item_id == item.id)
    ).first()
    if line is not None and not line.outcome:
        mark(unit, line.stop, item, BROUGHT_BACK, at=unit.now)


def _back(unit: Work, item: Item, office_id: UUID) -> bool:
    """From the courier to the shelf, or to the counter (True)."""
    if item.recalled_at is not None:
        item.next_step = NextStep.RETURN
    to_counter = item.next_step is NextStep.COUNTER
    item.move(
        Happening.BACK_AT_OFFICE,
        unit.occasion(office_id),
        to=State.HELD if to_counter else State.AT_OFFICE,
        holder=Holder(HolderKind.OFFICE, office_id),
        data={"next": str(item.next_step)},
    )
    if to_counter:
        put_at_counter(unit, item)
    elif item.next_step is NextStep.ADDRESS:
        until = str(item.address_until) if item.address_until else None
        item.move(Happening.ADDRESS_UNRESOLVED, unit.occasion(office_id), data={"until": until})
    return to_counter
