"""A day is changed while its couriers drive: proposals, custody, pins, single moves, and what happens in between."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from delivery import attempts, dispatch
from delivery.errors import NotFound, Refused
from delivery.rules.states import State
from delivery.store.items import Item
from delivery.store.routes import Plan, PlanState, Route, Stop, StopKind
from delivery.wiring import Wiring
from routing.faults import faults
from routing.replan import replan
from routing.solver import solve
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import PROOFS, Post
from tests.factories import Town

CLERK, COURIER, WORKER = "staff:clerk", "staff:courier", "job:solve_plans"


@dataclass
class Noon:
    """Sài Gòn's office on a Monday, planned and with its first courier under way."""

    post: Post
    plan: UUID
    first: UUID
    second: UUID

    def orders(self) -> dict[UUID, list[str]]:
        """The numbers that each courier's stops ahead name, in order (a point by its kind)."""
        with self.post.work(CLERK) as unit:
            routes = unit.session.scalars(select(Route).where(Route.plan_id == self.plan)).all()
            return {
                route.courier_id: [
                    ",".join(sorted(line.item.number for line in stop.items)) or str(stop.kind)
                    for stop in route.stops
                    if stop.done_at is None
                ]
                for route in routes
            }

    def stop_of(self, name: str) -> UUID:
        """The stop of an item, or of the only point by its kind."""
        with self.post.work(CLERK) as unit:
            for stop in unit.session.scalars(select(Stop).join(Route).where(Route.plan_id == self.plan)):
                if name in {line.item.number for line in stop.items} or (not stop.items and name == stop.kind):
                    return stop.id
        raise LookupError(name)

    def proposed(self, *, insert_only: bool = False) -> UUID:
        """A proposal, asked for and solved as the worker does it."""
        with self.post.work(CLERK) as unit:
            asked = dispatch.request_replan(unit, office_id=self.post.office, day=unit.today, insert_only=insert_only)
            proposal = asked.id
        with self.post.work(WORKER) as unit:
            claim = dispatch.claim_plan(unit, lease=timedelta(minutes=1))
            assert claim is not None
            assert claim.plan_id == proposal
            task = dispatch.task_for(unit, claim)
        assert task.in_force is not None
        plan = replan(task.problem, task.in_force, seconds=0.1, insert_only=task.insert_only)
        with self.post.work(WORKER) as unit:
            dispatch.store(unit, claim, task, plan)
        return proposal

    def route(self, courier: UUID) -> Route:
        """The courier's route, with its stops."""
        with self.post.work(CLERK) as unit:
            route = unit.session.scalars(
                select(Route).where(Route.plan_id == self.plan, Route.courier_id == courier)
            ).one()
            assert route.stops
            return route

    def what_if(self, name: str, courier: UUID, position: int | None = None) -> dispatch.WhatIf:
        """What moving the stop would cost."""
        stop = self.stop_of(name)
        with self.post.work(CLERK) as unit:
            return dispatch.what_if(
                unit, office_id=self.post.office, stop_id=stop, courier=str(courier), position=position
            )

    def move(self, stop: UUID, courier: str, position: int | None = None) -> dispatch.Done:
        """Move it."""
        with self.post.work(CLERK) as unit:
            done = dispatch.move(unit, office_id=self.post.office, stop_id=stop, courier=courier, position=position)
        self.check()
        return done

    def accept(self, proposal: UUID) -> None:
        """The dispatcher agrees."""
        with self.post.work(CLERK) as unit:
            dispatch.accept_proposal(unit, office_id=self.post.office, proposal_id=proposal)
        self.check()

    def check(self) -> None:
        """Positions and times run on without a gap, and what is in force can be driven."""
        with self.post.work(CLERK) as unit:
            plan = unit.session.get_one(Plan, self.plan)
            for route in plan.routes:
                assert [stop.position for stop in route.stops] == list(range(1, len(route.stops) + 1))
                ahead = [stop for stop in route.stops if stop.done_at is None]
                assert [stop.starts for stop in ahead] == sorted(stop.starts for stop in ahead)
                assert all(stop.leg_metres is not None for stop in ahead)
            day = dispatch.in_force(unit, plan)
            assert faults(day.problem, day.plan) == []


@pytest.fixture
def noon(wiring: Wiring, town: Town, clock: HandClock) -> Noon:
    """Twelve envelopes and a point to call at; the first courier took her bundle at eight and has two visits behind."""
    post = Post(wiring, town, clock)
    post.shelved(12)
    with wiring.work(CLERK) as unit:
        made_items(unit, town, 2, first=300)
    with wiring.work(CLERK) as unit:
        plan = dispatch.request_plan(unit, office_id=post.office, day=unit.today).id
    with wiring.work(WORKER) as unit:
        claim = dispatch.claim_plan(unit, lease=timedelta(minutes=1))
        assert claim is not None
        task = dispatch.task_for(unit, claim)
    with wiring.work(WORKER) as unit:
        dispatch.store(unit, claim, task, solve(task.problem, seconds=0.1))
    with wiring.work(CLERK) as unit:
        found = unit.session.scalars(select(Route).where(Route.plan_id == plan).order_by(Route.id)).all()
        assert len(found) == 2
        mine = next(route for route in found if all(stop.kind is StopKind.DELIVERY for stop in route.stops))
        first, route_id = mine.courier_id, mine.id
        second = next(route.courier_id for route in found if route is not mine)
        stops = [(stop.id, stop.items[0].item.number) for stop in mine.stops]
    with wiring.work(COURIER) as unit:
        attempts.take(unit, route_id=route_id, courier_id=first)
    for hour, (stop_id, number) in zip((9, 10), stops, strict=False):
        clock.set(hour)
        _deliver(post, stop_id, first, number)
    clock.set(10, 30)
    return Noon(post=post, plan=plan, first=first, second=second)


def _deliver(post: Post, stop_id: UUID, courier: UUID, number: str) -> None:
    with post.work(COURIER) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        attempts.report_delivery(
            unit,
            stop_id=stop_id,
            courier_id=courier,
            number=number,
            receiver=attempts.Receiver.ADDRESSEE,
            proofs=PROOFS,
            paid=attempts.Method.CASH,
        )
        assert item.state is State.DELIVERED


def test_at_noon_what_is_in_a_bag_stays_there_and_what_came_in_goes_with_who_has_not_left(noon: Noon) -> None:
    """The whole promise: nothing done is touched, nothing in a bag changes hands, and the day gets no worse."""
    before = noon.orders()
    done = [stop.id for stop in noon.route(noon.first).stops if stop.done_at is not None]
    (new,) = noon.post.shelved(1)
    proposal = noon.proposed()
    assert noon.orders() == before, "A proposal changes nothing."
    with noon.post.work(CLERK) as unit:
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
    _deliver(noon.post, noon.stop_of(reported), noon.first, reported)
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
