"""A day is changed while its couriers drive: proposals, custody, pins, single moves, and what happens in between."""

from uuid import UUID

import pytest

from delivery import attempts, dispatch, night
from delivery.dispatch.accepting import left_in_words
from delivery.errors import NotFound, Refused
from delivery.store.base import new_id
from delivery.store.routes import Plan, PlanState, Route, StopKind
from delivery.store.staff import Courier
from delivery.wiring import Wiring
from routing.insertion import insert
from routing.problem import Courier as PlannedCourier
from routing.problem import Problem, Window
from routing.problem import Stop as PlannedStop
from tests.conftest import HandClock
from tests.delivery.made_noon import CLERK, COURIER, Noon, delivered, noon_at
from tests.factories import Town
from tests.routing.days import HOUR
from tests.routing.days import town as town_matrix


def test_a_reason_names_the_courier_and_the_hours_that_its_addressee_was_told() -> None:
    """“13:30–16:57” and a key of 32 digits tell a dispatcher nothing."""
    opens, closes, courier = 13 * HOUR + 1800, 17 * HOUR, "0192e5a1-0000-7000-8000-000000000001"
    call = dispatch.Call(
        key="RV000000015VN",
        kind=StopKind.DELIVERY,
        hours=(opens, closes),
        items=(dispatch.PlannedItem(id=new_id(), number="RV000000015VN", not_before=None, half_day="afternoon"),),
    )
    begun = 12 * HOUR
    busy = PlannedStop(key="busy", place=1, service_seconds=6 * HOUR, windows=(Window(opens=begun, closes=begun),))
    stop = PlannedStop(
        key=call.key,
        place=2,
        service_seconds=call.service_seconds,
        windows=(Window(opens=opens, closes=closes - call.service_seconds),),
    )
    driver = PlannedCourier(key=courier, start=0, end=0, shift_start=8 * HOUR, shift_end=20 * HOUR)
    day = Problem(matrix=town_matrix(3), stops=(busy, stop), couriers=(driver,))
    plan, _ = insert(day, {courier: [busy]})
    told = left_in_words(call, plan.unplanned[0], {courier: "Trần Thị Lan"})
    minutes = -(-(plan.unplanned[0].reason.seconds or 0) // 60)
    assert told["why_vi"] == f"Khung giờ 13:30–17:00 không vừa tuyến của bưu tá Trần Thị Lan: trễ {minutes} phút."
    assert told["items"] == [call.key]


@pytest.fixture
def noon(wiring: Wiring, town: Town, clock: HandClock) -> Noon:
    """Half past ten on a Monday."""
    return noon_at(wiring, town, clock)


def test_at_noon_what_is_in_a_bag_stays_there_and_what_came_in_goes_with_who_has_not_left(noon: Noon) -> None:
    """The whole promise: nothing done is touched, nothing in a bag changes hands, and the day gets no worse."""
    before = noon.orders()
    done = [stop.id for stop in noon.route(noon.first).stops if stop.done_at is not None]
    (new,) = noon.post.shelved(1)
    proposal = noon.proposed()
    assert noon.orders() == before, "A proposal changes nothing."
    with noon.post.work(CLERK) as unit:
        due = [(office.id, office.plan) for office in night.offices_due(unit, unit.today)]
        assert due == [(noon.post.office, PlanState.READY)], "A proposal is no second plan."
        told = dispatch.offered(unit, dispatch.proposal_at(unit, noon.post.office, proposal)).comparison
    assert told.planned == (new,)
    assert told.difference.total < 0
    noon.accept(proposal)
    after = noon.orders()
    assert new in after[noon.second]
    bag = set(before[noon.first])
    assert set(after[noon.first]) - {"pickup"} == bag
    assert sorted(name for order in after.values() for name in order) == sorted(
        [new, *(name for order in before.values() for name in order)]
    )
    route = noon.route(noon.first)
    assert [stop.id for stop in route.stops[:2]] == done
    assert route.stops[2].came_from == done[-1]
    if after[noon.first] != before[noon.first]:
        assert route.changed_at is not None
        assert 0 < route.moved_stops <= len(after[noon.first])
    with noon.post.work(COURIER) as unit:
        taken = attempts.take(unit, route_id=noon.route(noon.second).id, courier_id=noon.second)
    assert new in taken.numbers
    assert taken.skipped == ()
    # Now everybody has left.
    (late,) = noon.post.shelved(1)
    noon.accept(noon.proposed())
    with noon.post.work(CLERK) as unit:
        (left,) = unit.session.get_one(Plan, noon.plan).unplanned
    assert (left["items"], "Mọi bưu tá đã rời bưu cục" in left["why_vi"]) == ([late], True)


def test_what_happens_between_proposal_and_acceptance_falls_out_of_it(noon: Noon) -> None:
    """A courier reports, another takes her bundle, an agency recalls: the answer on the table is older than the day."""
    (new,) = noon.post.shelved(1)
    proposal = noon.proposed()
    carried, shelf = noon.orders()[noon.first], [name for name in noon.orders()[noon.second] if name != "pickup"]
    reported, recalled = carried[0], shelf[0]
    noon.post.recall(recalled)
    delivered(noon.post, noon.stop_of(reported), noon.first, reported)
    with noon.post.work(COURIER) as unit:
        attempts.take(unit, route_id=noon.route(noon.second).id, courier_id=noon.second)
    noon.accept(proposal)
    after = noon.orders()
    assert reported not in after[noon.first]
    assert set(carried[1:]) <= set(after[noon.first])
    assert set(shelf[1:]) <= set(after[noon.second]), "What she took is hers, whatever was proposed."
    assert new not in {name for order in after.values() for name in order}, "It was to go with who has left since."
    for office, error, match in (
        (noon.post.office, Refused, "accepted, discarded or replaced"),
        (noon.post.town.tan_dinh, NotFound, "no such proposal"),
    ):
        with pytest.raises(error, match=match), noon.post.work(CLERK) as unit:
            dispatch.accept_proposal(unit, office_id=office, proposal_id=proposal)
    another = noon.proposed()
    with noon.post.work(CLERK) as unit:
        assert (
            dispatch.discard_proposal(unit, office_id=noon.post.office, proposal_id=another).state
            is PlanState.DISCARDED
        )
    assert noon.orders() == after
    third, fourth = noon.proposed(), noon.proposed()
    with noon.post.work(CLERK) as unit:
        assert unit.session.get_one(Plan, third).state is PlanState.DISCARDED
        assert unit.session.get_one(Plan, fourth).state is PlanState.READY


def test_a_changed_route_is_of_the_vehicle_it_is_driven_with(noon: Noon) -> None:
    """What it will teach is about that vehicle: who is under way drives on, who has not left goes by today's list."""
    with noon.post.work(CLERK) as unit:
        for courier in (noon.first, noon.second):
            unit.session.get_one(Courier, courier).vehicle = "walking"
    noon.post.shelved(1)
    noon.accept(noon.proposed())
    assert [noon.route(courier).vehicle for courier in (noon.first, noon.second)] == ["motorbike", "walking"]


def test_what_waits_for_a_courier_who_fell_out_is_brought_by_another(noon: Noon) -> None:
    """Somebody who fell ill is why a day is planned anew: her stops must not stand in the way."""
    hers, route = noon.orders()[noon.second], noon.route(noon.second)
    with noon.post.work(CLERK) as unit:
        dispatch.pin(unit, office_id=noon.post.office, stop_id=noon.stop_of(hers[0]), pinned=True)
    stand_in = noon.post.town.couriers["courier.td.1"]
    with noon.post.work(CLERK) as unit:
        unit.session.get_one(Courier, noon.second).office_id = noon.post.town.tan_dinh
    with pytest.raises(Refused, match="is not on duty here any more"):
        noon.what_if(hers[0], noon.first)
    carried = noon.stop_of(noon.orders()[noon.first][1])
    noon.move(carried, str(noon.first), 1)
    with noon.post.work(CLERK) as unit:
        assert unit.session.get(Route, route.id) is None
        left = {each["stop"]: each["why_vi"] for each in unit.session.get_one(Plan, noon.plan).unplanned}
        assert len(left) == len(hers)
        assert "không còn làm việc" in left[hers[0]]
        unit.session.get_one(Courier, stand_in).office_id = noon.post.office
    noon.accept(noon.proposed())
    after = noon.orders()
    assert set(hers) - {"pickup"} <= set(after[stand_in])
    assert "pickup" in {*after[stand_in], *after[noon.first]}


def test_a_pinned_stop_and_those_before_it_stay_and_insert_only_moves_nothing(noon: Noon) -> None:
    """Somebody telephoned with that addressee."""
    before = noon.orders()
    pinned = before[noon.first][2]
    with noon.post.work(CLERK) as unit:
        dispatch.pin(unit, office_id=noon.post.office, stop_id=noon.stop_of(pinned), pinned=True)
    (new,) = noon.post.shelved(1)
    noon.accept(noon.proposed())
    assert noon.orders()[noon.first][:3] == before[noon.first][:3]
    before = noon.orders()
    (newer,) = noon.post.shelved(1)
    noon.accept(noon.proposed(insert_only=True))
    after = noon.orders()
    for courier, order in before.items():
        assert [name for name in after[courier] if name != newer] == order
    assert {new, newer} <= set(after[noon.second])
    refused = noon.what_if(pinned, noon.first, 1)
    assert "bỏ ghim trước khi chuyển" in refused.moved.faults[0].vi
    with noon.post.work(CLERK) as unit:
        dispatch.pin(unit, office_id=noon.post.office, stop_id=noon.stop_of(pinned), pinned=False)
    assert noon.what_if(pinned, noon.first, 1).moved.fits


def test_one_stop_is_moved_at_the_price_told_and_put_back(noon: Noon) -> None:
    """What the dispatcher sees before is what the plan costs after; undo is the same move the other way."""
    before = noon.orders()
    at_call = noon.stop_of("pickup")
    told = noon.what_if("pickup", noon.first, 2)
    assert told.moved.fits
    done = noon.move(at_call, str(noon.first), 2)
    assert done.stop_id == at_call
    assert done.home == (str(noon.second), before[noon.second].index("pickup") + 1)
    moved = noon.orders()
    assert moved[noon.first][1] == "pickup"
    assert noon.what_if("pickup", noon.first, 2).moved.difference.total == 0
    back = noon.what_if("pickup", UUID(done.home[0]), done.home[1])
    assert back.moved.difference.total == -told.moved.difference.total
    noon.move(done.stop_id, *done.home)
    assert noon.orders() == before
    in_bag, on_shelf = before[noon.first][0], before[noon.second][0]
    assert "chỉ courier.sg" in noon.what_if(in_bag, noon.second).moved.faults[0].vi
    assert "đã rời bưu cục" in noon.what_if(on_shelf, noon.first).moved.faults[0].vi
    with pytest.raises(Refused, match="has left the office"):
        noon.move(noon.stop_of(on_shelf), str(noon.first))
    done_stop = noon.route(noon.first).stops[0].id
    with pytest.raises(Refused, match="done"):
        noon.move(done_stop, str(noon.first))
    with pytest.raises(NotFound, match="no such stop"), noon.post.work(CLERK) as unit:
        dispatch.pin(unit, office_id=noon.post.town.tan_dinh, stop_id=done_stop, pinned=True)
