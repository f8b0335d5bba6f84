"""All tables, imported for their effect on `Base.metadata`: Alembic and the tests read it from here."""

from delivery.store import (
    agencies,
    attempts,
    billing,
    claims,
    communes,
    equity,
    events,
    items,
    ledger,
    messages,
    money,
    offices,
    people,
    policies,
    routes,
    staff,
    tariffs,
    treasury,
)
from delivery.store.base import Base

__all__ = [
    "agencies",
    "attempts",
    "billing",
    "claims",
    "communes",
    "equity",
    "events",
    "items",
    "ledger",
    "messages",
    "metadata",
    "money",
    "offices",
    "people",
    "policies",
    "routes",
    "staff",
    "tariffs",
    "treasury",
]

metadata = Base.metadata
