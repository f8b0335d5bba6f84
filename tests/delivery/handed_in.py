"""Results handed in by agency H29, and led as far as a test needs them."""

from collections.abc import Sequence
from typing import Any

from delivery import handoff
from delivery.handoff import Registered
from delivery.rules.states import Happening
from delivery.rules.submissions import Submission
from delivery.store.base import new_id
from delivery.store.items import Holder, HolderKind, Item
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.delivery.submitted import submission
from tests.factories import Town

COURIER = Holder(HolderKind.COURIER, new_id())
BAG = Holder(HolderKind.BAG, new_id())


def hand_over(unit: Work, wiring: Wiring, town: Town, given: Submission) -> Registered:
    """Register for H29."""
    return handoff.register(unit, wiring.matcher, wiring.books, agency_id=town.agencies["H29"], submission=given)


def registered(wiring: Wiring, town: Town, reference: str = "A-1", **changes: Any) -> str:
    """The number of a new item."""
    with wiring.work("client:live_h29main") as unit:
        return hand_over(unit, wiring, town, submission(reference, **changes)).item.number


def lead(unit: Work, town: Town, item: Item, steps: Sequence[str]) -> None:
    """Move an item along, as the other use cases would."""
    office = Holder(HolderKind.OFFICE, town.tan_dinh)
    moves: dict[str, tuple[Happening, dict[str, Any]]] = {
        "accepted": (Happening.ACCEPTED, {"holder": Holder(HolderKind.OFFICE, town.sai_gon)}),
        "departed": (Happening.DEPARTED, {"holder": BAG}),
        "at_office": (Happening.AT_DELIVERY_OFFICE, {"holder": office}),
        "out": (Happening.OUT_FOR_DELIVERY, {"holder": COURIER}),
        "held": (Happening.READY_FOR_COLLECTION, {}),
        "delivered": (Happening.DELIVERED, {"holder": Holder(HolderKind.ADDRESSEE)}),
        "return": (Happening.RETURN_STARTED, {}),
        "returned": (Happening.RETURNED, {"holder": Holder(HolderKind.AGENCY, item.return_point_id)}),
        "incident": (Happening.INCIDENT_OPENED, {}),
    }
    for step in steps:
        happening, more = moves[step]
        item.move(happening, unit.occasion(), **more)
        if step == "accepted":
            item.accepted_at = unit.now
