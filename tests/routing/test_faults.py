"""Each kind of fault is planted in a good plan and must be found."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing.faults import Wrong, faults
from routing.insertion import fitting, insert
from routing.plan import NOT_TRIED, Plan, Reason, Route, Unplanned, Visit, Why
from routing.problem import Break, Courier, Problem, Window
from tests.routing.days import HOUR, office_day

DAY = office_day(24, 2, seed=4, breaks=True)
GOOD = insert(DAY, fitting(DAY, {}))[0]


def test_the_plan_to_spoil_is_good() -> None:
    """Otherwise the rest of this file proves nothing."""
    assert faults(DAY, GOOD) == []
    assert len(GOOD.routes) == 2


def first(change: Callable[[Route], Route]) -> Plan:
    """The good plan with its first route changed."""
    return replace(GOOD, routes=(change(GOOD.routes[0]), *GOOD.routes[1:]))


def visit(at: int, change: Callable[[Visit], Visit]) -> Plan:
    """The good plan with one visit of the first route changed."""

    def changed(route: Route) -> Route:
        return replace(route, visits=(*route.visits[:at], change(route.visits[at]), *route.visits[at + 1 :]))

    return first(changed)


def limited(change: Callable[[Courier], Courier]) -> Problem:
    """The day with other couriers."""
    return replace(DAY, couriers=tuple(change(courier) for courier in DAY.couriers))


def served(**other: object) -> Problem:
    """The day with the first visited stop changed."""
    key = GOOD.routes[0].stops[0]
    return replace(DAY, stops=tuple(replace(s, **other) if s.key == key else s for s in DAY.stops))  # type: ignore[arg-type]


A_VISIT = GOOD.routes[0].visits[0]
LEFT = Unplanned(stop=A_VISIT.stop, reason=NOT_TRIED)
WORDLESS = Unplanned(stop=A_VISIT.stop, reason=Reason(why=Why.NO_ROOM, vi="", en=" "))


@pytest.mark.parametrize(
    ("wrong", "day", "plan"),
    [
        (Wrong.UNKNOWN_COURIER, DAY, first(lambda route: replace(route, courier="stranger"))),
        (Wrong.UNKNOWN_STOP, DAY, visit(0, lambda one: replace(one, stop="nowhere"))),
        (Wrong.TWO_ROUTES, DAY, replace(GOOD, routes=(*GOOD.routes, GOOD.routes[0]))),
        (Wrong.EMPTY_ROUTE, DAY, first(lambda route: replace(route, visits=()))),
        (Wrong.TWICE, DAY, replace(GOOD, unplanned=(*GOOD.unplanned, LEFT))),
        (Wrong.FORGOTTEN, DAY, first(lambda route: replace(route, visits=route.visits[1:]))),
        (Wrong.NO_REASON, DAY, replace(GOOD, unplanned=(WORDLESS,))),
        (Wrong.NOT_ALLOWED, served(couriers=frozenset({"c9"})), GOOD),
        (Wrong.TOO_EARLY, DAY, visit(1, lambda one: replace(one, arrival=one.arrival - 60, waiting=one.waiting + 60))),
        (Wrong.TOO_EARLY, DAY, first(lambda route: replace(route, returns_at=route.returns_at - 1))),
        (Wrong.TIMES, DAY, visit(2, lambda one: replace(one, departure=one.departure + 1))),
        (Wrong.TIMES, DAY, visit(1, lambda one: replace(one, waiting=one.waiting + 5))),
        (Wrong.WINDOW, served(windows=(Window(opens=0, closes=HOUR),)), GOOD),
        (Wrong.SHIFT, DAY, first(lambda route: replace(route, leaves_at=7 * HOUR))),
        (Wrong.SHIFT, limited(lambda c: replace(c, shift_end=c.shift_start + 60, most_overtime=0, rest=None)), GOOD),
        (Wrong.BREAK, DAY, first(lambda route: replace(route, rest_at=None, returns_at=17 * HOUR))),
        (Wrong.BREAK, DAY, first(lambda route: replace(route, rest_at=A_VISIT.start))),
        (Wrong.BREAK, limited(lambda c: replace(c, rest=None)), first(lambda route: replace(route, rest_at=12 * HOUR))),
        (
            Wrong.BREAK,
            limited(lambda c: replace(c, rest=Break(earliest=8 * HOUR, latest=8 * HOUR, seconds=60))),
            first(lambda route: replace(route, rest_at=8 * HOUR + 1)),
        ),
        (Wrong.CAPACITY, limited(lambda c: replace(c, capacity=2)), GOOD),
        (Wrong.STOPS, limited(lambda c: replace(c, most_stops=1)), GOOD),
        (Wrong.LOCK, replace(DAY, locks={"c0": (GOOD.routes[0].stops[1],)}), GOOD),
        (
            Wrong.LOCK,
            DAY,
            replace(GOOD, unplanned=(replace(LEFT, reason=Reason(why=Why.LOCK, vi="Đã ghim.", en="Locked.")),)),
        ),
        (Wrong.TRAVEL, DAY, first(lambda route: replace(route, metres=route.metres - 1))),
        (Wrong.TRAVEL, DAY, first(lambda route: replace(route, seconds=route.seconds + 1))),
    ],
)
def test_a_planted_fault_is_found(wrong: Wrong, day: Problem, plan: Plan) -> None:
    """A plan with a fault must never reach a courier, whoever made it."""
    found = [fault for fault in faults(day, plan) if fault.wrong is wrong]
    assert found, [fault.words for fault in faults(day, plan)]
    assert all(fault.words.endswith((".", "!")) for fault in found)


def test_every_kind_of_fault_has_been_planted() -> None:
    """A new kind of fault needs its test."""
    marks = test_a_planted_fault_is_found.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == set(Wrong)
