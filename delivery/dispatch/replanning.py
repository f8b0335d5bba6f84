"""Re-planning a day that is being driven: asked for, solved by a worker, shown beside the plan in force, then decided.

A proposal changes nothing. It is only an order of stops; what it would do is reckoned anew whenever it is looked at,
from where everybody is by then, and once more under lock when a dispatcher accepts it.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from delivery.dispatch.accepting import left_in_words
from delivery.dispatch.in_force import InForce, in_force
from delivery.dispatch.requests import check_day
from delivery.dispatch.writing import write
from delivery.errors import NotFound, Refused
from delivery.store.base import Json, new_id
from delivery.store.queries.in_force import lock_to_change, open_proposal, plan_in_force
from delivery.store.routes import Plan, PlanState
from delivery.store.work import Work
from routing import plan as routed
from routing.insertion import fitting, insert
from routing.plan import Reason, Why
from routing.problem import Problem
from routing.whatif import Comparison, compare

EVERYBODY_LEFT = Reason(
    why=Why.NOT_ALLOWED,
    vi="Mọi bưu tá đã rời bưu cục: bưu gửi trên kệ chờ chuyến sau.",
    en="Every courier has left the office: what is on the shelf waits for the next round.",
)
CAME_SINCE = Reason(
    why=Why.NOT_TRIED,
    vi="Đến sau khi lập đề xuất: lập lại lần nữa để xét.",
    en="It came in after the proposal was made: re-plan again to have it looked at.",
)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What accepting a proposal would do now: the day as it stands, the plan after, and both side by side."""

    day: InForce
    after: routed.Plan
    comparison: Comparison


def request_replan(unit: Work, *, office_id: UUID, day: date, insert_only: bool) -> Plan:
    """Ask for a proposal to the plan in force; a worker makes it, and nothing changes until it is accepted.

    Allowed while couriers are under way. While one is being made that one is the answer; one that waits for an answer
    gives way. `insert_only` adds what is new and moves nothing. Raises Invalid for a day that is over, NotFound when
    the day has no plan in force.
    """
    check_day(unit, day)
    plan = plan_in_force(unit, office_id, day)
    if plan is None:
        raise NotFound(
            "no-plan-in-force",
            vi=f"Ngày {day:%d/%m/%Y} chưa có tuyến đang dùng: hãy lập tuyến trước.",
            en=f"No plan is in force on {day:%Y-%m-%d}: make one first.",
        )
    waiting = open_proposal(unit, plan.id)
    if waiting is not None:
        if waiting.state is not PlanState.READY:
            return waiting
        waiting.state = PlanState.DISCARDED
        unit.session.flush()
    proposal = Plan(
        id=new_id(),
        office_id=office_id,
        day=day,
        requested_by=unit.actor,
        requested_at=unit.now,
        replans=plan.id,
        insert_only=insert_only,
    )
    unit.session.add(proposal)
    unit.session.flush()
    return proposal


def day_to_replan(unit: Work, proposal_id: UUID) -> tuple[InForce, bool]:
    """What the solver of a proposal gets: the day as it stands, and whether stops may only be inserted.

    Raises Refused when the plan that it is for is not in force any more.
    """
    proposal = unit.session.get_one(Plan, proposal_id)
    return in_force(unit, _still_in_force(unit, proposal)), proposal.insert_only


def propose(unit: Work, *, plan_id: UUID, day: InForce, plan: routed.Plan) -> None:
    """Keep the solver's answer as a proposal. Raises Refused when nobody waits for it any more."""
    proposal = unit.session.get_one(Plan, plan_id, with_for_update=True)
    if proposal.state is not PlanState.SOLVING:
        raise _settled()
    proposal.proposal = {
        courier: [[item.number for item in day.calls[key].items] or [key] for key in keys]
        for courier, keys in plan.orders.items()
    }
    proposal.state, proposal.progress = PlanState.READY, 100
    proposal.lease_until, proposal.finished_at = None, unit.now


def offered(unit: Work, proposal: Plan) -> Offer:
    """What accepting the proposal would do at this moment. Raises Refused when its plan is not in force any more."""
    return _offer(in_force(unit, _still_in_force(unit, proposal)), proposal.proposal or {})


def accept_proposal(unit: Work, *, office_id: UUID, proposal_id: UUID) -> Plan:
    """Change the routes in force to what is proposed, as far as it still can be; the plan in force.

    What was reported, taken, recalled or chosen since falls out; what came in since waits for the next proposal.
    Raises NotFound for another office's, Refused for one that is settled or came too late.
    """
    proposal = proposal_at(unit, office_id, proposal_id)
    assert proposal.replans is not None, "A proposal names its plan."
    before = in_force(unit, _still_in_force(unit, proposal))
    unit.session.expire_all()
    plan = lock_to_change(unit, proposal.replans, [i.id for call in before.calls.values() for i in call.items])
    unit.session.refresh(proposal, with_for_update=True)
    if proposal.state is not PlanState.READY:
        raise _settled()
    offer = _offer(in_force(unit, plan), proposal.proposal or {})
    proposal.state, proposal.finished_at = PlanState.ACCEPTED, unit.now
    day = offer.day
    left = [left_in_words(day.calls[each.stop], each, day.names) for each in offer.after.unplanned]
    write(unit, plan, day, offer.after, left=left)
    return plan


def discard_proposal(unit: Work, *, office_id: UUID, proposal_id: UUID) -> Plan:
    """Leave the plan in force as it is. A proposal that is still being made is dropped when it comes.

    Raises NotFound for another office's, Refused for one that was accepted.
    """
    proposal = proposal_at(unit, office_id, proposal_id, lock=True)
    if proposal.state is PlanState.ACCEPTED:
        raise _settled()
    if proposal.state is not PlanState.FAILED:
        proposal.state, proposal.lease_until, proposal.finished_at = PlanState.DISCARDED, None, unit.now
        unit.session.flush()
    return proposal


def proposal_at(unit: Work, office_id: UUID, proposal_id: UUID, *, lock: bool = False) -> Plan:
    """An office's proposal; another office's reads as unknown."""
    found = unit.session.get(Plan, proposal_id, with_for_update=True if lock else None)
    if found is None or found.office_id != office_id or found.replans is None:
        raise NotFound(
            "proposal-not-found",
            vi="Bưu cục này không có đề xuất đổi tuyến đó.",
            en="This office has no such proposal.",
        )
    return found


def _offer(day: InForce, proposed: Json) -> Offer:
    """The proposal as far as it can still be driven: its order first, then the rest of what is known, where it fits.

    What was neither proposed nor planned stays out: nobody has seen it in a proposal.
    """
    problem = day.problem
    now_at = {item.number: key for key, call in day.calls.items() for item in call.items}
    orders = {
        courier: [key for members in stops if (key := _known(members, now_at, problem)) is not None]
        for courier, stops in proposed.items()
    }
    meant = {key for keys in (*orders.values(), *day.orders.values()) for key in keys}
    meant |= {stop.key for stop in problem.stops if day.in_the_bag(stop.key)}
    known = replace(problem, stops=tuple(stop for stop in problem.stops if stop.key in meant))
    kept, _ = insert(known, fitting(known, orders))
    routes = {courier: [problem.stop_named[key] for key in keys] for courier, keys in kept.orders.items()}
    everything, _ = insert(problem, routes)
    reasons = {left.stop: _reason(day, left) for left in everything.unplanned}
    came_since = {stop.key: CAME_SINCE for stop in problem.stops if stop.key not in meant}
    after = routed.timed(problem, kept.orders, reasons=came_since | reasons)
    return Offer(day=day, after=after, comparison=compare(problem, day.plan, after))


def _known(members: list[str], now_at: dict[str, str], problem: Problem) -> str | None:
    """The stop that is now made for what was proposed together: a household by its items, a point by its name."""
    if len(members) == 1 and members[0] in problem.stop_named:
        return members[0]
    return next((now_at[number] for number in members if number in now_at), None)


def _reason(day: InForce, left: routed.Unplanned) -> Reason:
    on_the_shelf = bool(day.calls[left.stop].items) and not day.in_the_bag(left.stop)
    if left.reason.why is Why.NOT_ALLOWED and on_the_shelf and day.names and set(day.names) == day.under_way:
        return EVERYBODY_LEFT
    return left.reason


def _still_in_force(unit: Work, proposal: Plan) -> Plan:
    plan = unit.session.get(Plan, proposal.replans) if proposal.replans is not None else None
    if plan is None or plan.state is not PlanState.READY:
        raise Refused(
            "plan-not-in-force",
            vi="Kế hoạch mà đề xuất này muốn đổi không còn hiệu lực.",
            en="The plan that this proposal would change is not in force any more.",
        )
    return plan


def _settled() -> Refused:
    return Refused(
        "proposal-settled",
        vi="Đề xuất này đã được áp dụng, bỏ đi hoặc thay bằng đề xuất khác.",
        en="This proposal was accepted, discarded or replaced by another.",
    )
