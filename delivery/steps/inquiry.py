"""Puts an item under inquiry: lost, stolen, damaged or its seal broken."""

from uuid import UUID

from delivery.rules.reasons import IncidentKind
from delivery.rules.states import Happening
from delivery.store.attempts import Incident
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.work import Work


def inquire(unit: Work, item: Item, *, kind: IncidentKind, owner: str, place: UUID | None) -> Incident:
    """Open an incident that `owner` ("office:<code>", a code without spaces) answers for.

    The envelope's holder stays who had it last: that is where the inquiry begins. Raises Refused in words when the
    item is final or under inquiry already.
    """
    incident = Incident(id=new_id(), item_id=item.id, kind=kind, owner=owner, opened_at=unit.now)
    item.move(Happening.INCIDENT_OPENED, unit.occasion(place), data={"incident": str(incident.id), "kind": kind})
    unit.session.add(incident)
    return incident
