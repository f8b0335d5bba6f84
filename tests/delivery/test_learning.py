"""From recorded routes to the next plan: what they teach is kept with its date, and used once enough days were seen."""

from contextlib import nullcontext
from datetime import date, timedelta
from threading import Thread
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select, text

from delivery import acceptance, dispatch, learning
from delivery.jobs import JOBS
from delivery.rules.calendar import ONE_DAY
from delivery.store.learned import LearnedTime, Scope
from delivery.store.offices import Office
from delivery.store.queries.learned import legs_of, times_in_force
from delivery.store.routes import Plan, Route, Stop
from delivery.store.staff import Courier
from delivery.store.work import Work
from delivery.wiring import Wiring
from routing.learning import STANDARD_SERVICE
from routing.matrix import STANDARD, HalfDay
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
    with wiring.work(CLERK) as unit:
        unit.session.get_one(Courier, town.couriers["courier.sg.2"]).vehicle = "walking"
    plan_id = planned(wiring, town.sai_gon, TODAY)
    with wiring.work(CLERK) as unit:
        for route in unit.session.get_one(Plan, plan_id).routes:
            assert route.vehicle == route.courier.vehicle
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


def test_who_calibrates_beside_somebody_else_waits_and_replaces_the_rows(wiring: Wiring, town: Town) -> None:
    """The terminal beside the weekly job: the second must not end in an error, nor a day have two truths."""
    recorded_days(wiring, town, 2, until=TODAY)
    second = Thread(target=learning.calibrate, args=(lambda: wiring.work("job:learn_times"),))
    with wiring.work(CLERK) as unit:
        learning.calibrate(lambda: nullcontext(unit))
        second.start()
        _until_it_waits(unit, second)
    second.join()
    assert [row.computed_on for row in _rows(wiring, Scope.COMMUNE)] == [TODAY]


def _until_it_waits(unit: Work, other: Thread) -> None:
    waits = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE NOT granted AND locktype = 'advisory' AND datname = current_database()"
    )
    while other.is_alive() and not unit.session.scalar(waits):
        other.join(0.01)


def test_an_offices_times_are_found_by_index_however_many_years_are_kept(wiring: Wiring, town: Town) -> None:
    """Every plan of 3,321 offices asks for them, and a row a week and commune stays for ever."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    with wiring.work(CLERK) as unit:
        unit.session.execute(text("SET LOCAL enable_seqscan = off"))
        unit.session.execute(
            text(
                "INSERT INTO learned_times (id, scope, commune_id, way, door_seconds, further_seconds, legs, days,"
                " computed_on, used_from) SELECT gen_random_uuid(), 'commune', id, 1, 150, 30, 1, 1, '2026-11-01',"
                " '2026-11-02' FROM communes LIMIT 400"
            )
        )
        event.listen(wiring.engine, "before_cursor_execute", note)
        times_in_force(unit, commune_id=1, couriers=list(town.couriers.values()), day=TODAY)
        event.remove(wiring.engine, "before_cursor_execute", note)
        connection = unit.session.connection()
        plans = [
            "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            for statement, parameters in asked
        ]
    for scope in (Scope.COMMUNE, Scope.COURIER):
        assert any(f"uq_learned_times_{scope}" in plan for plan in plans), plans


def test_a_past_on_a_motorbike_stays_one_when_its_courier_walks_from_now_on(wiring: Wiring, town: Town) -> None:
    """Else a changed line in the list of couriers would make walkers as fast as motorbikes, in the whole country."""
    recorded_days(wiring, town, 2, until=TODAY)
    with wiring.work(CLERK) as unit:
        unit.session.get_one(Courier, town.couriers["courier.sg.1"]).vehicle = "walking"
    with wiring.work(CLERK) as unit:
        legs = list(legs_of(unit, [town.sai_gon], since=TODAY - timedelta(days=7), before=TODAY))
    assert {leg.vehicle for _, leg in legs} == {"motorbike"}


def test_what_a_commune_adds_is_used_beside_the_speeds_of_its_own_day(wiring: Wiring, town: Town) -> None:
    """A detour reckoned against last month's speeds, put onto this week's, would be neither."""
    with wiring.work(CLERK) as unit:
        commune = unit.session.get_one(Office, town.sai_gon).commune_id

        def learned(scope: Scope, ago: int, **values: Any) -> LearnedTime:
            day = TODAY - timedelta(days=ago)
            return LearnedTime(scope=scope, legs=1, days=1, computed_on=day, used_from=day + ONE_DAY, **values)

        def speed(ago: int, half_day: HalfDay, metres_per_second: float) -> LearnedTime:
            values = {"vehicle": "motorbike", "half_day": half_day, "metres_per_second": metres_per_second}
            return learned(Scope.VEHICLE, ago, **values)

        unit.session.add_all(
            [
                speed(21, HalfDay.AFTERNOON, 3.0),
                speed(14, HalfDay.MORNING, 4.0),
                learned(Scope.COMMUNE, 14, commune_id=commune, way=2.0, door_seconds=150, further_seconds=30),
                speed(7, HalfDay.MORNING, 8.0),
                speed(7, HalfDay.AFTERNOON, 8.0),
            ]
        )
        unit.session.flush()
        here = times_in_force(unit, commune_id=commune, couriers=(), day=TODAY).speeds.profiles
        assert here["motorbike", HalfDay.MORNING].metres_per_second == 4.0 / 2.0
        assert here["motorbike", HalfDay.AFTERNOON].metres_per_second == 3.0
        assert here["walking", HalfDay.MORNING] == STANDARD.profiles["walking", HalfDay.MORNING]
        elsewhere = times_in_force(unit, commune_id=0, couriers=(), day=TODAY).speeds.profiles
        assert {elsewhere["motorbike", half_day].metres_per_second for half_day in HalfDay} == {8.0}
