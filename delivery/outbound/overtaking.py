"""When a text no longer makes sense, because its item has moved on since it was owed (contracts C25)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from delivery.outbound.outbox import Told
from delivery.rules.states import OPEN, State
from delivery.rules.texts import Template
from delivery.store.items import Item, NextStep, Placed

_S = State
_T = Template

STILL_TRUE_IN: Mapping[Template, frozenset[State]] = MappingProxyType(
    {
        _T.ON_ITS_WAY: frozenset({_S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE}),
        _T.BEFORE_VISIT: frozenset({_S.AT_OFFICE}),
        _T.OUT_FOR_DELIVERY: frozenset({_S.OUT_FOR_DELIVERY}),
        _T.ATTEMPT_FAILED: frozenset({_S.OUT_FOR_DELIVERY, _S.AT_OFFICE}),
        _T.READY_TO_COLLECT: frozenset({_S.HELD}),
        _T.INVITATION: frozenset({_S.HELD}),
        _T.REMINDER: frozenset({_S.HELD}),
        _T.DELIVERED: frozenset({_S.DELIVERED}),
        _T.RETURNED: frozenset({_S.RETURNED}),
        _T.RECALLED: OPEN | {_S.RETURNED, _S.CANCELLED},
        _T.ADDRESS_NEEDED: frozenset({_S.REGISTERED, _S.ACCEPTED, _S.IN_TRANSIT, _S.AT_OFFICE, _S.OUT_FOR_DELIVERY}),
    }
)
"""The states of an item in which each text may still be sent."""


def is_overtaken(template: Template, told: Told, item: Item, *, failed_since: bool, today: date) -> bool:
    """Whether the text would now mislead. `failed_since`: a visit failed after the event that caused the text.

    `today` is Vietnam's day in the item's world.
    """
    if item.state not in STILL_TRUE_IN[template]:
        return True
    if told.until is not None and told.until < today:
        return True
    if template is Template.OUT_FOR_DELIVERY:
        return failed_since or (told.day is not None and told.day < today)
    if template is Template.ATTEMPT_FAILED:
        return failed_since
    if template is Template.BEFORE_VISIT:
        return failed_since or item.next_step is not NextStep.DELIVER
    if template is Template.ADDRESS_NEEDED:
        return item.placed is Placed.PLACED and item.next_step is not NextStep.ADDRESS
    return False
