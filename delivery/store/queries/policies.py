"""The policy an item was accepted under, and Vietnam's working days with the overrides kept here."""

import json
from datetime import date
from functools import lru_cache
from typing import Final

from sqlalchemy import select

from delivery.errors import NotFound
from delivery.rules.calendar import WorkingCalendar
from delivery.rules.policy import DeliveryPolicy, MayReceive, Receiver, in_force, read_policy
from delivery.store.items import Item
from delivery.store.policies import CalendarDay, Policy
from delivery.store.work import Work

ADDRESSEE_ONLY: Final = "hand_to_addressee"
"""The tariff book's option that nobody but the addressee receives the item."""


@lru_cache(maxsize=256)
def _read(document: str) -> DeliveryPolicy:
    return read_policy(json.loads(document))


def policy_of(unit: Work, item: Item) -> DeliveryPolicy:
    """The policy version that the item keeps."""
    cached = unit.session.info.setdefault("policies", {})
    if item.policy_version not in cached:
        row = unit.session.scalars(select(Policy).where(Policy.version == item.policy_version)).one()
        cached[item.policy_version] = _read(json.dumps(row.document, sort_keys=True))
    policy: DeliveryPolicy = cached[item.policy_version]
    return policy


def receivers_of(unit: Work, item: Item) -> tuple[MayReceive, ...]:
    """Who may receive the item: whom its policy names, or its addressee alone where that was paid for."""
    named = policy_of(unit, item).may_receive
    if ADDRESSEE_ONLY in item.options:
        return tuple(rule for rule in named if rule.who is Receiver.ADDRESSEE)
    return named


def version_in_force(unit: Work, *, service: str, area: str, document_class: str, day: date) -> str:
    """The version of the most specific policy in force on `day`; `area` is dotted, widest first ("79.26734").

    Raises NotFound in words when none is in force.
    """
    rows = unit.session.scalars(select(Policy).where(Policy.valid_from <= day)).all()
    versions = {_read(json.dumps(row.document, sort_keys=True)): row.version for row in rows}
    chosen = in_force(versions, service=service, area=area, document_class=document_class, day=day)
    if chosen is None:
        raise NotFound(
            "no-policy",
            vi=f"Chưa có chính sách phát nào có hiệu lực ngày {day:%d/%m/%Y}: chạy lệnh flask policies load.",
            en=f"No delivery policy is in force on {day:%Y-%m-%d}: run flask policies load.",
        )
    return versions[chosen]


def working_calendar(unit: Work) -> WorkingCalendar:
    """Vietnam's calendar with the overrides in the database, read once per unit."""
    found = unit.session.info.get("calendar")
    if not isinstance(found, WorkingCalendar):
        rows = unit.session.scalars(select(CalendarDay))
        found = unit.session.info["calendar"] = WorkingCalendar(overrides={row.day: row.working for row in rows})
    return found
