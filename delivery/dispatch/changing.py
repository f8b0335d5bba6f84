"""A dispatcher changes a plan in force by hand: pins a stop to its place, or moves one and sees the price first."""

from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID

from delivery.dispatch.accepting import left_in_words
from delivery.dispatch.in_force import InForce, in_force
from delivery.dispatch.writing import write
from delivery.errors import Invalid, Refused
from delivery.store.queries.in_force import lock_to_change, stop_at
from delivery.store.routes import Plan, PlanState, Stop
from delivery.store.work import Work
from routing.faults import faults
from routing.plan import Reason, Unplanned, Why
from routing.whatif import Moved, Words, cost_of_moving

FELL_OUT = Reason(
    why=Why.NO_COURIER,
    vi="Bưu tá của điểm này không còn làm việc ở bưu cục: lập lại trong ngày để giao cho người khác.",
    en="This stop's courier is not on duty here any more: re-plan the day to give it to somebody else.",
)


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What moving a stop would do now. `home` is where it stands: its courier's key and its place, from 1, among the
    stops that lie ahead there."""

    day: InForce
    key: str
    courier: str
    home: tuple[str, int]
    moved: Moved


@dataclass(frozen=True, kw_only=True)
class Done:
    """A stop was moved: its row now, and where it stood before, to undo it. `route_id` is where it is now."""

    stop_id: UUID
    route_id: UUID
    home: tuple[str, int]


def pin(unit: Work, *, office_id: UUID, stop_id: UUID, pinned: bool) -> Stop:
    """Keep a stop, and those before it, where they are in every change to come; or let it go again.

    Raises NotFound for another office's stop, Refused for one that is done or whose plan is not in force.
    """
    stop = stop_at(unit, office_id, stop_id, lock=True)
    _refuse_settled(stop)
    if not pinned:
        stop.pinned_at = None
    elif stop.pinned_at is None:
        stop.pinned_at = unit.now
    unit.session.flush()
    return stop


def what_if(unit: Work, *, office_id: UUID, stop_id: UUID, courier: str, position: int | None = None) -> WhatIf:
    """What moving the stop to a courier's route would cost: to `position` among the stops ahead there, from 1, or to
    where it costs least. Changes nothing.

    Raises NotFound for another office's stop, Refused for one that is done, Invalid for a courier or a position that
    there is not.
    """
    stop = stop_at(unit, office_id, stop_id)
    _refuse_settled(stop)
    return _what_if(in_force(unit, stop.route.plan), stop.id, courier, position)


def move(unit: Work, *, office_id: UUID, stop_id: UUID, courier: str, position: int | None = None) -> Done:
    """Move a stop as `what_if` told, reckoned once more under lock. Raises as it does, and Refused for what does not
    fit."""
    stop = stop_at(unit, office_id, stop_id)
    _refuse_settled(stop)
    plan_id = stop.route.plan_id
    unit.session.expire_all()
    plan = lock_to_change(unit, plan_id, ())
    day = in_force(unit, plan)
    told = _what_if(day, stop_id, courier, position)
    if not told.moved.fits:
        raise Refused(
            "move-does-not-fit",
            vi=" ".join(day.in_words(told.key, words.vi) for words in told.moved.faults),
            en=" ".join(day.in_words(told.key, words.en) for words in told.moved.faults),
        )
    planned = {visit.stop for route in told.moved.plan.routes for visit in route.visits}
    still_left = [left for left in plan.unplanned if left["stop"] not in planned]
    still_left += [
        left_in_words(day.calls[key], Unplanned(stop=key, reason=FELL_OUT), day.names)
        for key in dict.fromkeys(chain.from_iterable(day.freed.values()))
    ]
    rows = write(unit, plan, day, told.moved.plan, left=still_left)
    row = unit.session.get_one(Stop, rows[told.key])
    return Done(stop_id=row.id, route_id=row.route_id, home=told.home)


def _what_if(day: InForce, stop_id: UUID, courier: str, position: int | None) -> WhatIf:
    key, problem = day.key_of(stop_id), day.problem
    if stop_id in day.freed:
        raise Refused("courier-fell-out", vi=FELL_OUT.vi, en=FELL_OUT.en)
    if key is None:
        raise Refused(
            "stop-changed",
            vi="Bưu gửi của điểm này đã thay đổi: lập lại trong ngày để xếp lại.",
            en="What belongs to this stop has changed: re-plan the day to place it again.",
        )
    if courier not in problem.courier_named:
        raise Invalid(
            "courier-not-on-duty",
            vi="Hãy chọn một bưu tá đang làm việc.",
            en="Choose a courier who is on duty.",
            pointer="/courier",
        )
    ahead = len([each for each in day.orders.get(courier, ()) if each != key])
    if position is not None and not 1 <= position <= ahead + 1:
        raise Invalid(
            "position-out-of-route",
            vi=f"Tuyến này còn {ahead} điểm khác: chọn vị trí từ 1 đến {ahead + 1}.",
            en=f"This route has {ahead} other stops ahead: choose a place from 1 to {ahead + 1}.",
            pointer="/position",
        )
    moved = cost_of_moving(problem, day.plan, key, courier, None if position is None else position - 1, names=day.names)
    return WhatIf(
        day=day,
        key=key,
        courier=courier,
        home=next((name, keys.index(key) + 1) for name, keys in day.orders.items() if key in keys),
        moved=replace(moved, faults=(*_custody(day, key, courier), *_behind(day)) or moved.faults),
    )


def _custody(day: InForce, key: str, courier: str) -> tuple[Words, ...]:
    """Why an envelope cannot come to this courier at all."""
    stop = day.problem.stop_named[key]
    if day.problem.courier_named[courier].may_serve(stop):
        return ()
    name = day.names[courier]
    if day.in_the_bag(key):
        holders = ", ".join(day.names[each] for each in sorted(stop.couriers or ()))
        return (
            Words(
                vi=f"Bưu gửi đang trong túi của {holders}: chỉ {holders} phát được.",
                en=f"The item is in {holders}'s bag: only {holders} can deliver it.",
            ),
        )
    return (
        Words(
            vi=f"{name} đã rời bưu cục: bưu gửi còn trên kệ không theo được.",
            en=f"{name} has left the office: an item on the shelf cannot follow.",
        ),
    )


def _behind(day: InForce) -> tuple[Words, ...]:
    if not faults(day.problem, day.plan):
        return ()
    return (
        Words(
            vi="Tuyến đang dùng không còn kịp như đã lập: lập lại trong ngày trước, rồi hãy chuyển từng điểm.",
            en="The plan in force cannot be kept any more: re-plan the day first, then move single stops.",
        ),
    )


def _refuse_settled(stop: Stop) -> None:
    plan: Plan = stop.route.plan
    if plan.state is not PlanState.READY or stop.route.closed_at is not None:
        raise Refused(
            "plan-not-in-force",
            vi="Tuyến này không còn hiệu lực: mở lại kế hoạch trong ngày.",
            en="This route is not in force any more: open the day's plan again.",
        )
    if stop.done_at is not None:
        raise Refused(
            "stop-done",
            vi="Điểm này đã xong: không đổi được nữa.",
            en="This stop is done: it cannot be changed any more.",
        )
