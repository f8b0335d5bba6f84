"""All tables, imported for their effect on `Base.metadata`: Alembic and the tests read it from here."""

from delivery.store import (
    agencies,
    attempts,
    communes,
    events,
    items,
    messages,
    money,
    offices,
    people,
    policies,
    routes,
    staff,
)
from delivery.store.base import Base

__all__ = [
    "agencies",
    "attempts",
    "communes",
    "events",
    "items",
    "messages",
    "metadata",
    "money",
    "offices",
    "people",
    "policies",
    "routes",
    "staff",
]

metadata = Base.metadata
