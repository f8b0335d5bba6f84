"""Items whose postage an agency pays, and fees that were taken for one: what papers about money are made of."""

from datetime import date
from typing import Any
from uuid import UUID

from delivery import handoff
from delivery.money.charging import Taker, freeze, take_payment
from delivery.money.correcting import correct
from delivery.store.agencies import LIVE
from delivery.store.money import Correction, CorrectionReason
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tests.delivery.submitted import submission
from tests.factories import Town

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def frozen(
    wiring: Wiring, town: Town, reference: str = "A-1", *, agency: str = "H29", world: UUID = LIVE, **changes: Any
) -> str:
    """An item whose price is frozen now, paid for by its agency unless `payer` says otherwise: its number."""
    given = submission(reference, **{"payer": "agency", **changes})
    with wiring.work("client:test", world) as unit:
        made = handoff.register(unit, wiring.matcher, wiring.books, agency_id=town.agencies[agency], submission=given)
        freeze(unit, made.item, wiring.books)
        return str(made.item.number)


def weighed_again(wiring: Wiring, number: str, weight_g: int) -> Correction:
    """The scales say something else after all."""
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.weight_g = weight_g
        correction = correct(unit, item, wiring.books, reason=CorrectionReason.WEIGHED_AGAIN)
        assert correction is not None
        return correction


def paid(
    wiring: Wiring, number: str, *, office: UUID | None = None, courier: UUID | None = None, world: UUID = LIVE
) -> None:
    """Everything due for the item is paid at a counter, or to a courier who still carries it."""
    with wiring.work("job:test", world) as unit:
        take_payment(unit, locked_by_number(unit, number), taker=Taker(office_id=office, courier_id=courier))
