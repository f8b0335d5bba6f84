"""Planning an office's day. A plan moves nothing: an item is out for delivery when its courier takes the bundle.

The two halves stand apart because solving is slow: `problem_for` reads, `accept_plan` re-reads under
lock and writes, and no transaction is open in between (planning.py joins them). A plan in force is changed through
a proposal that the dispatcher accepts (replanning.py), or stop by stop (changing.py).
"""

from delivery.dispatch.accepting import accept_plan
from delivery.dispatch.changing import Done, WhatIf, move, pin, what_if
from delivery.dispatch.day import Call, OfficeDay, PlannedItem, problem_for
from delivery.dispatch.in_force import InForce, in_force
from delivery.dispatch.replanning import (
    Offer,
    accept_proposal,
    discard_proposal,
    offered,
    proposal_at,
    request_replan,
)
from delivery.dispatch.requests import (
    Claim,
    check_day,
    claim_missing,
    claim_plan,
    fail_plan,
    give_back,
    keep_claim,
    request_plan,
)
from delivery.dispatch.tasks import Task, store, task_for

__all__ = [
    "Call",
    "Claim",
    "Done",
    "InForce",
    "Offer",
    "OfficeDay",
    "PlannedItem",
    "Task",
    "WhatIf",
    "accept_plan",
    "accept_proposal",
    "check_day",
    "claim_missing",
    "claim_plan",
    "discard_proposal",
    "fail_plan",
    "give_back",
    "in_force",
    "keep_claim",
    "move",
    "offered",
    "pin",
    "problem_for",
    "proposal_at",
    "request_plan",
    "request_replan",
    "store",
    "task_for",
    "what_if",
]
