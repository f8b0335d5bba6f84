"""Planning an office's day. A plan moves nothing: an item is out for delivery when its courier takes the bundle.

The two halves stand apart because solving is slow: `problem_for` reads, `accept_plan` re-reads under
lock and writes, and no transaction is open in between (planning.py joins them).
"""

from delivery.dispatch.accepting import accept_plan
from delivery.dispatch.day import Call, OfficeDay, PlannedItem, problem_for
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

__all__ = [
    "Call",
    "Claim",
    "OfficeDay",
    "PlannedItem",
    "accept_plan",
    "check_day",
    "claim_missing",
    "claim_plan",
    "fail_plan",
    "give_back",
    "keep_claim",
    "problem_for",
    "request_plan",
]
