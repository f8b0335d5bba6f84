"""One stop: a household to whom envelopes are handed over, or an agency's point where they are collected."""

from datetime import date
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import acceptance, attempts
from delivery.errors import Invalid
from delivery.money.charging import Method, dues_at_door
from delivery.money.shown import refuse_changed
from delivery.rules.attempts import last_day_to_ask_for
from delivery.rules.calendar import ONE_DAY
from delivery.rules.reasons import ON_PHONE, TABLE, Action
from delivery.rules.reasons import Reason as Why
from delivery.store.queries.attempts import stop_of_courier
from delivery.store.queries.courier import announced_at, mark_called_at, next_open, points_of, route_of
from delivery.store.queries.items import locked_by_numbers
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.queries.transfers import received_of
from delivery.store.routes import Stop, StopKind
from delivery.store.work import Work
from delivery.web import transfers
from delivery.web.courier import telling
from delivery.web.courier.blueprint import courier, work
from delivery.web.courier.reading import door_of, point_call, progress_of
from delivery.web.courier.report import Report, numbers_collected, read_report
from delivery.web.courier.standing import Envelope
from delivery.web.forms import act_once
from delivery.web.wired import wiring

_SURE = (Action.RETURN, Action.AWAIT_ADDRESS)
"""What such a reason sets off cannot be taken back at the next door: the page asks once more."""


@courier.get("/stops/<uuid:stop_id>")
def stop(stop_id: UUID) -> str:
    """The stop with what can be reported there; `?number=` narrows the report to one envelope."""
    with work() as unit:
        found = stop_of_courier(unit, stop_id, g.courier.id)
        if found.route.courier_id != g.courier.id:
            has_it = found.route.courier.staff.display_name
            return render_template("courier/point.html", along=None, has_it=has_it, call=point_call(unit, found))
        along = progress_of(route_of(unit, found.route_id, g.courier.id), unit.now)
        if found.kind is not StopKind.DELIVERY:
            return render_template("courier/point.html", along=along, call=point_call(unit, found))
        door = door_of(unit, found, only=request.args.get("number", ""))
        return render_template(
            "courier/door.html",
            along=along,
            door=door,
            reasons=[TABLE[reason] for reason in ON_PHONE],
            sure=_SURE,
            days=_days_to_offer(unit, door.fails),
            reported=request.form.get("outcome", ""),
            by_transfer=transfers.possible(),
            received=list(received_of(unit, [each.item.id for each in door.chosen]).values()),
        )


@courier.post("/stops/<uuid:stop_id>/report")
def report(stop_id: UUID) -> Response:
    """Record what happened with the envelopes, then go on to the next stop."""

    def act(unit: Work) -> str:
        told = read_report(request.form)
        found = stop_of_courier(unit, stop_id, g.courier.id)
        flash(_delivered(unit, found, told) if told.reason is None else _failed(unit, found, told, told.reason))
        return _next_page(unit, found)

    return act_once(act, again=lambda: stop(stop_id))


@courier.post("/stops/<uuid:stop_id>/collect")
def collect(stop_id: UUID) -> Response:
    """Take over at an agency's point what is ticked, or all that it announced when nothing is named."""

    def act(unit: Work) -> str:
        found = stop_of_courier(unit, stop_id, g.courier.id)
        flash(_collected(unit, found))
        return _next_page(unit, found)

    return act_once(act, again=lambda: stop(stop_id))


def _delivered(unit: Work, found: Stop, told: Report) -> str:
    items = locked_by_numbers(unit, told.numbers)
    dues = dues_at_door(unit, items)
    due = sum(due.total for due in dues.values())
    # Cash was asked for when the page was opened; the bank's notice may have come since.
    settled = [item_id for item_id, each in dues.items() if told.paid is Method.CASH and not each.total]
    twice = bool(settled and received_of(unit, settled))
    for number in told.numbers:
        attempts.report_delivery(
            unit,
            stop_id=found.id,
            courier_id=g.courier.id,
            number=number,
            receiver=told.receiver,
            proofs=told.proofs,
            receiver_name=told.receiver_name,
            paid=told.paid,
            occurred_at=told.occurred_at,
            evidence=told.evidence,
        )
    # Last, since each envelope's own refusal says more; what is refused here was not recorded either.
    if told.paid is Method.CASH and (due or not twice):
        refuse_changed(told.shown, due)
    return telling.of_delivery(len(told.numbers), due, transferred=twice)


def _failed(unit: Work, found: Stop, told: Report, reason: Why) -> str:
    for number in told.numbers:
        _attempt, decision = attempts.report_failure(
            unit,
            stop_id=found.id,
            courier_id=g.courier.id,
            number=number,
            reason=reason,
            asked_for=told.asked_for,
            occurred_at=told.occurred_at,
            evidence=told.evidence,
        )
    return telling.of_failure(reason, decision, unit.today)


def _collected(unit: Work, found: Stop) -> str:
    point = points_of(unit, [found]).get(found.handover_point_id) if found.handover_point_id else None
    if point is None or found.kind is not StopKind.PICKUP:
        raise Invalid(
            "not-a-pickup",
            vi="Điểm này không thu gom: mở lại danh sách hôm nay.",
            en="Nothing is collected at this stop: open today's list again.",
        )
    named = numbers_collected(request.form)
    if named is None and "ticked" in request.form:
        raise Invalid(
            "nothing-ticked",
            vi="Chưa chọn bưu gửi nào. Nếu cơ quan chưa giao gì, bấm “Không có gì để nhận”.",
            en="Nothing is ticked. If the agency handed nothing over, press “Nothing to collect”.",
            pointer="/number",
        )
    numbers = [] if "nothing" in request.form else named or announced_at(unit, point.id)
    if not numbers:
        told = str(_("Đã ghi: không có gì để nhận tại %(point)s.", point=point.name))
    else:
        made = acceptance.accept(
            unit,
            wiring().books,
            point_id=point.id,
            numbers=numbers,
            office_id=found.route.office_id,
            courier_id=g.courier.id,
        )
        told = telling.of_collecting(len(set(numbers)), made.number)
    # A dispatcher may move the stop, or take it away, at this moment; items are locked before stops.
    mark_called_at(unit, stop_of_courier(unit, found.id, g.courier.id, lock=True))
    return told


def _next_page(unit: Work, found: Stop) -> str:
    """This stop while something is open here, else the next one, else the route; from a colleague's, today's list."""
    unit.session.flush()
    if found.route.courier_id != g.courier.id:
        return url_for("courier.today")
    onward = next_open(unit, found, g.courier.id)
    return url_for("courier.stop", stop_id=onward) if onward else url_for("courier.route", route_id=found.route_id)


def _days_to_offer(unit: Work, envelopes: tuple[Envelope, ...]) -> list[date]:
    """The working days that an addressee at the door may name: those that every envelope's policy allows."""
    if not envelopes:
        return []
    calendar = working_calendar(unit)
    last = min(
        last_day_to_ask_for(policy=policy_of(unit, each.item), calendar=calendar, today=unit.today)
        for each in envelopes
    )
    days, day = [], unit.today + ONE_DAY
    while day <= last:
        if calendar.is_working(day):
            days.append(day)
        day += ONE_DAY
    return days
