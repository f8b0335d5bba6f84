"""What a worker does with a plan that it claimed: a day from nothing, or a proposal to a plan in force."""

from dataclasses import dataclass, replace

from delivery.dispatch.accepting import accept_plan
from delivery.dispatch.day import OfficeDay, problem_for
from delivery.dispatch.in_force import InForce
from delivery.dispatch.replanning import day_to_replan, propose
from delivery.dispatch.requests import Claim
from delivery.outbound.roads import RoadTables
from delivery.store.routes import Plan
from delivery.store.work import Work
from routing import plan as routed
from routing.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Task:
    """A problem for the solvers. With a plan `in_force` it is to be changed, or (`insert_only`) only added to."""

    day: OfficeDay | InForce
    insert_only: bool = False

    @property
    def problem(self) -> Problem:
        """What is to be solved."""
        return self.day.problem

    @property
    def in_force(self) -> routed.Plan | None:
        """What the couriers drive by, on the clock from now on; None for a day that is planned from nothing."""
        return self.day.plan if isinstance(self.day, InForce) else None

    def with_roads(self, tables: RoadTables) -> "Task":
        """The same with travel times by road. May take seconds: hold no transaction.

        A proposal keeps to the straight line: what it would do is reckoned anew at each look, where nobody may wait
        for a server (docs/decisions/0015).
        """
        return self if isinstance(self.day, InForce) else replace(self, day=self.day.with_roads(tables))


def task_for(unit: Work, claim: Claim) -> Task:
    """Read what a claimed plan is about. Raises Refused for a proposal whose plan is not in force any more."""
    if unit.session.get_one(Plan, claim.plan_id).replans is None:
        return Task(day=problem_for(unit, office_id=claim.office_id, day=claim.day))
    day, insert_only = day_to_replan(unit, claim.plan_id)
    return Task(day=day, insert_only=insert_only)


def store(unit: Work, claim: Claim, task: Task, plan: routed.Plan) -> None:
    """Keep the solvers' answer. Raises NotFound or Refused when nobody waits for it any more."""
    if isinstance(task.day, InForce):
        propose(unit, plan_id=claim.plan_id, day=task.day, plan=plan)
    else:
        accept_plan(unit, plan_id=claim.plan_id, office_day=task.day, plan=plan)
