"""An office's day: what goes into it, what a plan stores, and what it leaves alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, text

from delivery import acceptance, dispatch
from delivery.errors import Invalid, NotFound, Refused
from delivery.rules.states import State
from delivery.store.attempts import Choice
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.people import Opening
from delivery.store.routes import Plan, PlanState, Route, StopKind
from delivery.store.staff import Courier
from delivery.store.work import Work
from delivery.wiring import Wiring
from routing.matrix import Matrix
from routing.plan import Plan as Solved
from routing.plan import timed
from routing.solver import solve
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

CLERK = "staff:clerk"
TODAY = date(2026, 11, 30)
NOON = 12 * 3600


def _on_the_shelf(wiring: Wiring, town: Town, count: int, **more: object) -> list[str]:
    """Items at their delivery office, ready to be planned."""
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, count, **more)]  # type: ignore[arg-type]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
    return numbers


def _item(unit: Work, number: str) -> Item:
    return unit.session.scalars(select(Item).where(Item.number == number)).one()


def _day(wiring: Wiring, town: Town, day: date = TODAY) -> dispatch.OfficeDay:
    with wiring.work(CLERK) as unit:
        return dispatch.problem_for(unit, office_id=town.sai_gon, day=day)


def _numbers(office_day: dispatch.OfficeDay) -> set[str]:
    return {item.number for call in office_day.calls.values() for item in call.items}


def _claimed(wiring: Wiring, town: Town, day: date = TODAY) -> UUID:
    with wiring.work(CLERK) as unit:
        dispatch.request_plan(unit, office_id=town.sai_gon, day=day)
    with wiring.work("job:solve_plans") as unit:
        plan = dispatch.claim_plan(unit, lease=timedelta(minutes=1))
        assert plan is not None
        return plan.plan_id


def _solved(office_day: dispatch.OfficeDay) -> Solved:
    return solve(office_day.problem, seconds=0.3)


def _stops(unit: Work, plan_id: UUID) -> Sequence[set[str]]:
    plan = unit.session.get_one(Plan, plan_id)
    return [{line.item.number for line in stop.items} for route in plan.routes for stop in route.stops]


def test_a_day_holds_what_lies_ready_and_nothing_else(wiring: Wiring, town: Town) -> None:
    """What is recalled, waits for the counter, an address or a later day must not go out."""
    ready, recalled, counter, later, carried = _on_the_shelf(wiring, town, 5)
    with wiring.work(CLERK) as unit:
        _item(unit, recalled).recalled_at = unit.now
        _item(unit, counter).next_step = NextStep.COUNTER
        _item(unit, later).not_before = unit.now + timedelta(days=1)
        _item(unit, carried).holder_kind = HolderKind.COURIER
        _item(unit, carried).holder_id = town.couriers["courier.sg.1"]
    assert _numbers(_day(wiring, town)) == {ready}
    assert _numbers(_day(wiring, town, TODAY + timedelta(days=1))) == {ready, later}


def test_items_of_one_household_make_one_stop(wiring: Wiring, town: Town) -> None:
    """The courier rings once; each further envelope takes half a minute more."""
    together = _on_the_shelf(wiring, town, 3, household="12 Lê Lợi")
    alone = _on_the_shelf(wiring, town, 1, first=10)
    office_day = _day(wiring, town)
    assert sorted(len(call.items) for call in office_day.calls.values()) == [1, 3]
    assert {stop.key: stop.service_seconds for stop in office_day.problem.stops} == {together[0]: 210, alone[0]: 150}
    assert {stop.key: stop.volume for stop in office_day.problem.stops} == {together[0]: 3, alone[0]: 1}


def test_a_household_is_visited_twice_when_its_hours_do_not_meet(wiring: Wiring, town: Town) -> None:
    """One item may only come in the morning, the other only in the afternoon; the third goes with either."""
    morning, afternoon, any_time = _on_the_shelf(wiring, town, 3, household="12 Lê Lợi")
    with wiring.work(CLERK) as unit:
        _item(unit, morning).half_day = "morning"
        _item(unit, afternoon).half_day = "afternoon"
    office_day = _day(wiring, town)
    windows = {stop.key: stop.windows[0] for stop in office_day.problem.stops}
    assert set(windows) == {morning, afternoon}
    assert windows[morning].closes < NOON <= windows[afternoon].opens
    assert any_time in _numbers(office_day)


def test_a_visit_does_not_begin_before_the_instant_that_the_item_waits_for(wiring: Wiring, town: Town) -> None:
    """Three hours lie between two visits, by the policy: also when both fall on one day."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        _item(unit, number).not_before = unit.now + timedelta(hours=6)
    (stop,) = _day(wiring, town).problem.stops
    assert stop.windows[0].opens == 14 * 3600


def test_the_last_day_is_mandatory_and_the_price_of_leaving_rises_towards_it(wiring: Wiring, town: Town) -> None:
    """On a day that is too full, what may wait longest is left."""
    numbers = [
        _on_the_shelf(wiring, town, 1, first=n, due_day=TODAY + timedelta(days=d))[0]
        for n, d in ((1, -2), (2, 0), (3, 1), (4, 2), (5, 4))
    ]
    stops = {stop.key: stop for stop in _day(wiring, town).problem.stops}
    assert [stops[number].mandatory for number in numbers] == [True, True, False, False, False]
    costs = [stops[number].cost_of_leaving for number in numbers[2:]]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == 3


def test_the_day_that_an_addressee_chose_is_kept(wiring: Wiring, town: Town) -> None:
    """Somebody stays at home for it."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        unit.session.add(
            Choice(item_id=_item(unit, number).id, kind="later", day=TODAY, via="page", chosen_at=unit.now)
        )
    (stop,) = _day(wiring, town).problem.stops
    assert stop.mandatory


def test_agencies_with_announced_items_are_called_at_unless_the_day_is_full(wiring: Wiring, town: Town) -> None:
    """One optional stop for each hand-over point that this office serves."""
    with wiring.work(CLERK) as unit:
        made_items(unit, town, 2, point=("H29", "P1"))
        made_items(unit, town, 1, first=10, point=("H29", "P2"))
    office_day = _day(wiring, town)
    assert {key: call.kind for key, call in office_day.calls.items()} == {"H29/P1": StopKind.PICKUP}
    (stop,) = office_day.problem.stops
    assert not stop.mandatory
    assert (stop.volume, stop.service_seconds) == (0, 184)


def test_a_courier_rests_at_noon(wiring: Wiring, town: Town) -> None:
    """Half an hour by law for whoever works six hours or more; a half-day shift has none."""
    with wiring.work(CLERK) as unit:
        half = unit.session.get_one(Courier, town.couriers["courier.sg.2"])
        half.shift_start, half.shift_end = 450, 690
    rests = {courier.key: courier.rest for courier in _day(wiring, town).problem.couriers}
    whole = rests[str(town.couriers["courier.sg.1"])]
    assert whole is not None
    assert whole.seconds == 1800
    assert rests[str(town.couriers["courier.sg.2"])] is None


def test_couriers_who_get_on_alike_share_a_matrix(wiring: Wiring, town: Town) -> None:
    """A search holds couriers for interchangeable by their matrix, and each further one costs it memory and time."""
    with wiring.work(CLERK) as unit:
        for courier in unit.session.scalars(select(Courier).where(Courier.office_id == town.sai_gon)):
            courier.vehicle = "walking"
    one, other = (courier.own_matrix for courier in _day(wiring, town).problem.couriers)
    assert one is not None
    assert one is other


def test_only_the_place_is_opened_for_planning_and_it_is_recorded(wiring: Wiring, town: Town) -> None:
    """A planner needs to know where, not who; and a person's whereabouts are sensitive."""
    _on_the_shelf(wiring, town, 2)
    _on_the_shelf(wiring, town, 1, first=10, located=False)
    _day(wiring, town)
    with wiring.work(CLERK) as unit:
        opened = unit.session.scalars(select(Opening).where(Opening.reason == "plan")).all()
        assert [row.fields for row in opened] == ["addressees.location"] * 2


def test_someone_whose_data_were_erased_is_planned_at_the_communes_point(wiring: Wiring, town: Town) -> None:
    """Erasure must not stop a whole office's plan."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        _item(unit, number).addressee.subject.wrapped_key = None
    assert _numbers(_day(wiring, town)) == {number}


def test_a_plan_stores_routes_with_times_and_moves_nothing(wiring: Wiring, town: Town) -> None:
    """Items are with the courier only once the courier has taken the bundle."""
    numbers = _on_the_shelf(wiring, town, 12) + _on_the_shelf(wiring, town, 2, first=50, household="12 Lê Lợi")
    plan_id = _claimed(wiring, town)
    office_day = _day(wiring, town)
    solved = _solved(office_day)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=solved)
    with wiring.work(CLERK) as unit:
        plan = unit.session.get_one(Plan, plan_id)
        assert (plan.state, plan.progress, plan.unplanned) == (PlanState.READY, 100, [])
        assert plan.cost["travel"] > 0
        assert set().union(*_stops(unit, plan_id)) == set(numbers)
        for route in plan.routes:
            assert [stop.position for stop in route.stops] == list(range(1, len(route.stops) + 1))
            assert route.metres > 0
            assert all(7.5 * 3600 <= stop.arrives <= stop.starts < stop.leaves <= 17.5 * 3600 for stop in route.stops)
        for number in numbers:
            item = _item(unit, number)
            assert (item.state, item.holder) == (State.AT_OFFICE, Holder(HolderKind.OFFICE, town.sai_gon))
            assert item.last_seq == 3


def test_what_changed_while_the_plan_was_solved_drops_out(wiring: Wiring, town: Town) -> None:
    """Nobody waits for the solver: a recall or a choice made meanwhile wins."""
    kept, recalled, moved = _on_the_shelf(wiring, town, 3)
    plan_id = _claimed(wiring, town)
    office_day = _day(wiring, town)
    solved = _solved(office_day)
    with wiring.work(CLERK) as unit:
        _item(unit, recalled).recalled_at = unit.now
        _item(unit, moved).not_before = unit.now + timedelta(days=2)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=solved)
        assert _stops(unit, plan_id) == [{kept}]
        assert unit.session.get_one(Plan, plan_id).unplanned == []


def test_what_fits_only_by_way_of_a_stop_that_dropped_out_is_left_in_words(wiring: Wiring, town: Town) -> None:
    """Roads know no triangle rule: one recall must not cost the office its plan."""
    first, recalled, last = _on_the_shelf(wiring, town, 3)
    plan_id = _claimed(wiring, town)
    read = _day(wiring, town)
    courier, at = read.problem.couriers[0], {key: stop.place for key, stop in read.problem.stop_named.items()}
    seconds = read.problem.matrix.seconds.copy()
    seconds[at[first], at[last]] = 86_399
    matrix = Matrix(seconds=seconds, metres=read.problem.matrix.metres)
    by_road = replace(read, problem=replace(read.problem, matrix=matrix))
    with wiring.work(CLERK) as unit:
        _item(unit, recalled).recalled_at = unit.now
    with wiring.work("job:solve_plans") as unit:
        solved = timed(by_road.problem, {courier.key: [first, recalled, last]})
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=by_road, plan=solved)
        (left,) = unit.session.get_one(Plan, plan_id).unplanned
        assert _stops(unit, plan_id) == [{({first, last} - {left["stop"]}).pop()}]
        assert "fits its route no more" in left["why_en"]


def test_without_a_courier_everything_is_left_with_the_reason_in_words(wiring: Wiring, town: Town) -> None:
    """The dispatcher sees why, and finds somebody."""
    (number,) = _on_the_shelf(wiring, town, 1)
    with wiring.work(CLERK) as unit:
        for courier in unit.session.scalars(select(Courier)):
            courier.active = False
    plan_id = _claimed(wiring, town)
    office_day = _day(wiring, town)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=_solved(office_day))
        plan = unit.session.get_one(Plan, plan_id)
        assert plan.routes == []
        (left,) = plan.unplanned
        assert (left["stop"], left["items"]) == (number, [number])
        assert left["why_vi"]
        assert left["why_en"]


def test_a_plan_is_asked_for_once_and_anew_until_a_courier_is_under_way(wiring: Wiring, town: Town) -> None:
    """Two dispatchers who press at once wait for one plan; a better one may follow until somebody drives by it."""
    _on_the_shelf(wiring, town, 2)
    first = _claimed(wiring, town)
    with wiring.work(CLERK) as unit:
        assert dispatch.request_plan(unit, office_id=town.sai_gon, day=TODAY).id == first
    office_day = _day(wiring, town)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=first, office_day=office_day, plan=_solved(office_day))
    second = _claimed(wiring, town)
    assert second != first
    with wiring.work("job:solve_plans") as unit:
        assert unit.session.get_one(Plan, first).state is PlanState.REPLACED
        dispatch.accept_plan(unit, plan_id=second, office_day=office_day, plan=_solved(office_day))
        for route in unit.session.scalars(select(Route).where(Route.plan_id == second)):
            route.taken_at = unit.now
    with pytest.raises(Refused, match="has taken a route"), wiring.work(CLERK) as unit:
        dispatch.request_plan(unit, office_id=town.sai_gon, day=TODAY)


def test_days_that_are_over_or_far_ahead_are_not_planned(wiring: Wiring, town: Town) -> None:
    """A slip in the date field is answered at once; any other day may be planned, a Sunday too."""
    with wiring.work(CLERK) as unit:
        for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=400)):
            with pytest.raises(Invalid, match="Plans are made"):
                dispatch.request_plan(unit, office_id=town.sai_gon, day=day)
        with pytest.raises(NotFound, match="post office"):
            dispatch.request_plan(unit, office_id=town.couriers["courier.sg.1"], day=TODAY)
        assert dispatch.request_plan(unit, office_id=town.sai_gon, day=date(2026, 12, 6)).state is PlanState.REQUESTED


def test_a_plan_whose_worker_died_is_taken_by_another(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """kill -9 at any moment: the lease ends, and the page that polls gets its plan after all."""
    plan_id = _claimed(wiring, town)
    with wiring.work("job:solve_plans") as unit:
        assert dispatch.claim_plan(unit, lease=timedelta(minutes=1)) is None
    clock.forward(minutes=2)
    with wiring.work("job:solve_plans") as unit:
        again = dispatch.claim_plan(unit, lease=timedelta(minutes=1))
        assert again is not None
        assert again.plan_id == plan_id
    office_day = _day(wiring, town)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=_solved(office_day))
    with pytest.raises(Refused, match="finished or has been replaced"), wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=_solved(office_day))


def test_a_day_of_three_hundred_is_read_and_stored_without_a_query_for_each(wiring: Wiring, town: Town) -> None:
    """3,321 offices plan each evening: what grows with the items must be rows, not round trips."""
    _on_the_shelf(wiring, town, 300)
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    event.listen(wiring.engine, "before_cursor_execute", count)
    try:
        office_day = _day(wiring, town)
    finally:
        event.remove(wiring.engine, "before_cursor_execute", count)
    assert len(office_day.problem.stops) == 300
    assert counted < 20
    with wiring.work(CLERK) as unit:
        assert unit.session.scalar(text("SELECT count(*) FROM routes")) == 0
