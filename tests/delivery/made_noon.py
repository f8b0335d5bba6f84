"""An office whose first courier is under way, for tests that change its plan."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from delivery import attempts, dispatch
from delivery.money.charging import Method
from delivery.rules.policy import Receiver
from delivery.rules.states import State
from delivery.store.items import Item
from delivery.store.routes import Plan, Route, Stop
from delivery.wiring import Wiring
from routing.faults import faults
from routing.plan import timed
from routing.replan import replan
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


def noon_at(wiring: Wiring, town: Town, clock: HandClock) -> Noon:
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
    first, second = town.couriers["courier.sg.1"], town.couriers["courier.sg.2"]
    doors = sorted(key for key, call in task.day.calls.items() if call.items)
    orders = {str(first): doors[6:], str(second): [*doors[:5], "H29/P1", doors[5]]}
    with wiring.work(WORKER) as unit:
        dispatch.store(unit, claim, task, timed(task.problem, orders))
    with wiring.work(CLERK) as unit:
        route = unit.session.scalars(select(Route).where(Route.plan_id == plan, Route.courier_id == first)).one()
        route_id, stops = route.id, [(stop.id, stop.items[0].item.number) for stop in route.stops]
    with wiring.work(COURIER) as unit:
        attempts.take(unit, route_id=route_id, courier_id=first)
    for hour, (stop_id, number) in zip((9, 10), stops, strict=False):
        clock.set(hour)
        delivered(post, stop_id, first, number)
    clock.set(10, 30)
    return Noon(post=post, plan=plan, first=first, second=second)


def delivered(post: Post, stop_id: UUID, courier: UUID, number: str) -> None:
    """The courier hands an envelope over at a stop."""
    with post.work(COURIER) as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        attempts.report_delivery(
            unit,
            stop_id=stop_id,
            courier_id=courier,
            number=number,
            receiver=Receiver.ADDRESSEE,
            proofs=PROOFS,
            paid=Method.CASH,
        )
        assert item.state is State.DELIVERED
