"""A returned result goes out again: as a new item, once, and without asking for what was paid."""

from uuid import UUID

import pytest

from delivery import handoff
from delivery.errors import Refused
from delivery.handoff import Registered
from delivery.money import charging
from delivery.money.ledger import Side, post
from delivery.rules.states import State
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.queries.items import locked_by_number
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.wiring import Wiring
from tests.delivery.handed_in import lead, registered
from tests.factories import Town


def returned(wiring: Wiring, town: Town) -> str:
    """The number of an item that went back and was signed for."""
    number = registered(wiring, town, location=(10.79, 106.69))
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), ["accepted", "return", "returned"])
    return number


def redispatch(unit: Work, wiring: Wiring, agency_id: UUID, number: str) -> Registered:
    """Send it out again as its agency."""
    return handoff.redispatch(unit, wiring.matcher, wiring.books, agency_id=agency_id, number=number)


def test_a_returned_result_goes_out_again_as_a_new_item(wiring: Wiring, town: Town) -> None:
    """One call and no new dossier: the citizen waited long enough."""
    number = returned(wiring, town)
    with wiring.work("client:x") as unit:
        fresh = redispatch(unit, wiring, town.agencies["H29"], number)
        old = locked_by_number(unit, number)
        item = fresh.item
        assert item.number != number
        assert (item.redispatch_of, item.dispatch_number) == (old.id, 2)
        assert (item.agency_reference, item.dossier_code) == (old.agency_reference, old.dossier_code)
        assert (item.state, item.delivery_office_id) == (State.REGISTERED, town.tan_dinh)
        assert item.addressee_id != old.addressee_id
        person = Vault.of(unit).open_person(item.addressee, reason=Reason.LABEL)
        assert (person.name, person.phone, person.location) == ("Trần Thị Thử", "+84912345678", (10.79, 106.69))
        assert fresh.quote is not None


def test_a_returned_result_goes_out_again_once(wiring: Wiring, town: Town) -> None:
    """Two envelopes for one result cannot both exist."""
    number = returned(wiring, town)
    with wiring.work("client:x") as unit:
        redispatch(unit, wiring, town.agencies["H29"], number)
    with wiring.work("client:x") as unit, pytest.raises(Refused, match="was sent out again before"):
        redispatch(unit, wiring, town.agencies["H29"], number)


@pytest.mark.parametrize(("given_back", "asked_again"), [(0, 0), (50_000, 50_000)])
def test_an_agencys_fee_that_was_paid_is_not_asked_for_again(
    wiring: Wiring, town: Town, given_back: int, asked_again: int
) -> None:
    """The citizen paid the agency for its paper, not for an envelope: only what was given back is due once more."""
    number = registered(wiring, town, agency_fee=50_000)
    with wiring.work("job:test") as unit:
        old = locked_by_number(unit, number)
        lead(unit, town, old, ["accepted"])
        charging.freeze(unit, old, wiring.books)
        charging.take_payment(unit, old, taker=charging.Taker(office_id=town.tan_dinh))
        post(
            unit,
            LedgerBook.AGENCY_FEE,
            PostingKind.CLAIMED,
            debit=Side(Account.PAYABLE, old.agency_id),
            credit=Side(Account.REFUNDS),
            amount=given_back,
            key="fee-claimed:test",
            item=old,
        )
        lead(unit, town, old, ["return", "returned"])
    with wiring.work("client:x") as unit:
        fresh = redispatch(unit, wiring, town.agencies["H29"], number)
        assert fresh.item.agency_fee == asked_again
        again = charging.due_at_door(unit, fresh.item)
        assert again.agency_fee == asked_again
        assert again.postage > 0


def test_an_agencys_fee_that_nobody_paid_goes_along_with_the_result(wiring: Wiring, town: Town) -> None:
    """The envelope went back before anybody opened the door: the agency still wants its fee."""
    number = registered(wiring, town, agency_fee=50_000)
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), ["accepted", "return", "returned"])
    with wiring.work("client:x") as unit:
        assert redispatch(unit, wiring, town.agencies["H29"], number).item.agency_fee == 50_000
