"""From recorded routes to the next plan: what they teach is kept with its date, and used once enough days were seen."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import func, select

from delivery import acceptance, dispatch, learning
from delivery.jobs import JOBS
from delivery.store.learned import LearnedTime, Scope
from delivery.store.routes import Plan, Route, Stop
from delivery.wiring import Wiring
from routing.learning import STANDARD_SERVICE
from routing.problem import Kind
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.recorded_days import LEGS_A_ROUTE, recorded_days
from tests.delivery.web.desk.busy_office import planned
from tests.factories import Town

TODAY = date(2026, 11, 30)
TOMORROW = TODAY + timedelta(days=1)


def _calibrate(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["routes", "calibrate", *words])
    assert result.exit_code == 0, result.output
    return result.output


def _rows(wiring: Wiring, scope: Scope) -> list[LearnedTime]:
    with wiring.work(CLERK) as unit:
        return list(
            unit.session.scalars(
                select(LearnedTime).where(LearnedTime.scope == scope).order_by(LearnedTime.computed_on)
            )
        )


def _day(wiring: Wiring, town: Town, day: date) -> dispatch.OfficeDay:
    with wiring.work(CLERK) as unit:
        return dispatch.problem_for(unit, office_id=town.sai_gon, day=day)


def test_recorded_days_change_the_next_plan_once_there_are_enough_of_them(
    app: Flask, wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """Nine days are shown and not used; from the tenth on couriers get the time that their doors really take."""
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, 6)]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    assert "nothing was learned" in _calibrate(app)
    recorded_days(wiring, town, 9, until=TODAY)
    said = _calibrate(app)
    assert "not used before 10 days" in said
    assert "Phường Sài Gòn" in said
    assert f"from {9 * 2 * LEGS_A_ROUTE} legs, offices: 1." in said
    usual = _day(wiring, town, TOMORROW)
    assert _at_doors(usual) == {STANDARD_SERVICE.door}

    clock.forward(days=1)
    recorded_days(wiring, town, 20, until=TODAY - timedelta(days=14), first=9_500)
    before = _calibrate(app, "--dry-run")
    assert "Would learn" in before
    assert len(_rows(wiring, Scope.COMMUNE)) == 1
    said = _calibrate(app)
    assert "not used before" not in said
    assert "were kept out" in said
    assert _calibrate(app) == said, "again on the same day it replaces the day's rows"
    first, last = _rows(wiring, Scope.COMMUNE)
    assert (first.days, first.used_from) == (9, None)
    assert (last.days, last.computed_on, last.used_from) == (29, TOMORROW, TOMORROW + timedelta(days=1))
    assert last.door_seconds is not None
    assert 225 < last.door_seconds < 260
    assert {row.half_day for row in _rows(wiring, Scope.VEHICLE)} == {"morning", "afternoon"}
    assert {row.courier_id for row in _rows(wiring, Scope.COURIER)} == {
        town.couriers["courier.sg.1"],
        town.couriers["courier.sg.2"],
    }

    assert _day(wiring, town, TOMORROW).tempo.times.service == STANDARD_SERVICE, "today's plans stay as they are"
    taught = _day(wiring, town, TOMORROW + timedelta(days=1))
    assert _at_doors(taught) == {last.door_seconds}
    assert (taught.problem.matrix.metres == usual.problem.matrix.metres).all()
    assert taught.problem.matrix.seconds.sum() > 1.2 * usual.problem.matrix.seconds.sum()
    assert all(courier.own_matrix is None for courier in taught.problem.couriers), "both couriers are as the office"
    with wiring.work(CLERK) as unit:
        for row in unit.session.scalars(select(LearnedTime).where(LearnedTime.scope == Scope.COURIER)):
            row.way = 1.3 if row.courier_id == town.couriers["courier.sg.2"] else 1.0
    own = {one.key: one.own_matrix for one in _day(wiring, town, TOMORROW + timedelta(days=1)).problem.couriers}
    slow = own[str(town.couriers["courier.sg.2"])]
    assert slow is not None
    assert slow.seconds.sum() > 1.2 * taught.problem.matrix.seconds.sum()
    assert own[str(town.couriers["courier.sg.1"])] is None
    _sweeps_once_a_week(wiring, clock)
    _forgets_couriers_after_a_year(wiring, clock)


def _at_doors(office_day: dispatch.OfficeDay) -> set[int]:
    return {stop.service_seconds for stop in office_day.problem.stops if stop.kind is Kind.DELIVERY}


def _sweeps_once_a_week(wiring: Wiring, clock: HandClock) -> None:
    assert JOBS["learn_times"](wiring) == 1
    clock.forward(days=2)
    assert JOBS["learn_times"](wiring) == 0
    clock.forward(days=5)
    assert JOBS["learn_times"](wiring) == 1
    assert len(_rows(wiring, Scope.COMMUNE)) == 3


def _forgets_couriers_after_a_year(wiring: Wiring, clock: HandClock) -> None:
    """How fast somebody was is not kept for ever; how long a commune's doors take may be."""
    clock.forward(days=400)
    learning.calibrate(lambda: wiring.work("job:learn_times"))
    assert _rows(wiring, Scope.COURIER) == []
    assert len(_rows(wiring, Scope.COMMUNE)) == 3


def test_each_stop_keeps_how_it_was_planned_and_when_it_was_done(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Record and plan can be compared without opening an address; a report that waited for a network keeps its hour."""
    post = Post(wiring=wiring, town=town, clock=clock)
    post.shelved(5)
    plan_id = planned(wiring, town.sai_gon, TODAY)
    with wiring.work(CLERK) as unit:
        for route in unit.session.get_one(Plan, plan_id).routes:
            before: Stop | None = None
            for stop in route.stops:
                assert stop.came_from == (before.id if before else None)
                assert stop.service_seconds == 150
                if before is not None and stop.leg_seconds is not None:
                    assert stop.arrives - before.leaves in (stop.leg_seconds, stop.leg_seconds + 1800)
                before = stop
            assert 0 < sum(stop.leg_metres or 0 for stop in route.stops) <= route.metres
        assert (unit.session.scalar(select(func.count()).select_from(Route)) or 0) > 0
    clock.set(9)
    (number,) = post.out(1)
    clock.set(11)
    done = clock.at - timedelta(hours=1)
    post.hand_over(number, occurred_at=done)
    with wiring.work(CLERK) as unit:
        assert unit.session.get_one(Stop, post.stops[number]).done_at == done
