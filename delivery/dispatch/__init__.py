"""Planning an office's day. A plan moves nothing: an item is out for delivery when its courier takes the bundle.

The two halves stand apart because solving is slow: `problem_for` reads, `accept_plan` re-reads under
lock and writes, and no transaction is open in between (jobs.py joins them).
"""

from delivery.dispatch.accepting import accept_plan
from delivery.dispatch.day import Call, OfficeDay, PlannedItem, problem_for
from delivery.dispatch.requests import claim_plan, fail_plan, note_progress, request_plan

__all__ = [
    "Call",
    "OfficeDay",
    "PlannedItem",
    "accept_plan",
    "claim_plan",
    "fail_plan",
    "note_progress",
    "problem_for",
    "request_plan",
]
