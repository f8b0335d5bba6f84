"""Money that arrives at the bank pays what was meant, once; what fits nothing waits; the ledger always balances."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.banking import Received, assign, content_of, foreseen, give_back, sent_back
from delivery.money.charging import Taker, due_at_door, freeze, take_payment
from delivery.money.ledger import Side, balance, balances
from delivery.money.matching import Why
from delivery.rules.states import State
from delivery.store.agencies import World, WorldKind
from delivery.store.base import new_id
from delivery.store.billing import Receipt, Statement
from delivery.store.claims import Claim, ClaimKind
from delivery.store.items import HolderKind
from delivery.store.ledger import Account, LedgerBook
from delivery.store.money import Payment
from delivery.store.people import Opening, Subject
from delivery.store.treasury import BankTransfer, TransferState
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.delivery.money.bank_notices import item_of, payable, told
from tests.factories import Town

Answer = TypeVar("Answer")
MATCHED, WAITING, REFUND = TransferState.MATCHED, TransferState.WAITING, TransferState.REFUND


def accounts(wiring: Wiring) -> dict[str, int]:
    """The postage book's accounts that are not 0; every book sums to 0 whenever this is asked."""
    with wiring.work("job:test") as unit:
        books = balances(unit)
    assert all(sum(rows.values()) == 0 for rows in books.values())
    return {account: amount for account, amount in books[LedgerBook.POSTAGE].items() if amount}


def stands(told: Received) -> tuple[TransferState, str | None]:
    return told.state, told.why


def statement_made(wiring: Wiring, town: Town, gross: int = 1_080_000) -> str:
    """October's statement of agency H29."""
    with wiring.work("job:test") as unit:
        unit.session.add(
            Statement(
                world_id=unit.world_id,
                number="BK2610-H29",
                agency_id=town.agencies["H29"],
                position=1,
                month=date(2026, 10, 1),
                net=gross,
                vat=0,
                gross=gross,
                made_by=unit.actor,
                made_at=unit.now,
            )
        )
    return "BK2610-H29"


def test_what_is_due_is_taken_from_the_transfer_that_names_the_item(wiring: Wiring, town: Town) -> None:
    """Nobody at the post types anything: the citizen scanned, the bank told, the door asks for nothing more."""
    number, due = payable(wiring, town)
    got = told(wiring, f"MBVCB.12.{number.lower()}.CT tu 0071000", due)
    assert (*stands(got), got.number, got.fresh) == (MATCHED, Why.PAID, number, True)
    with wiring.work("job:test") as unit:
        assert due_at_door(unit, item_of(unit, number)).total == 0
        paid = unit.session.scalars(select(Payment)).all()
        assert {payment.transfer_id for payment in paid} == {got.transfer_id}
        assert unit.session.scalar(select(func.count()).select_from(Receipt)) == 2
        assert balance(unit, LedgerBook.AGENCY_FEE, Side(Account.BANK)) == 50_000
    assert accounts(wiring).get(Account.BANK) == due - 50_000
    assert Account.SUSPENSE not in accounts(wiring)


def test_the_same_credit_told_again_changes_nothing(wiring: Wiring, town: Town) -> None:
    """A bank repeats its notice until it is answered, and its statement lists it once more."""
    number, due = payable(wiring, town)
    first = told(wiring, number, due)
    kept = accounts(wiring)
    again = told(wiring, number, due)
    assert (again.transfer_id, again.state, again.fresh) == (first.transfer_id, MATCHED, False)
    assert accounts(wiring) == kept


def test_a_reference_that_comes_again_with_another_amount_is_refused_and_overwrites_nothing(
    wiring: Wiring, town: Town
) -> None:
    """Somebody errs, and it is not for us to guess who."""
    number, due = payable(wiring, town)
    first = told(wiring, number, due)
    with pytest.raises(Refused) as refusal:
        told(wiring, number, due + 1)
    assert refusal.value.code == "reference-reused"
    with wiring.work("job:test") as unit:
        assert unit.session.get_one(BankTransfer, first.transfer_id).amount == due


def test_a_second_transfer_is_a_refund_due(wiring: Wiring, town: Town) -> None:
    """A citizen is never asked twice, and who pays twice gets the second sum back."""
    number, due = payable(wiring, town)
    told(wiring, number, due)
    second = told(wiring, number, due, "FT2")
    assert stands(second) == (REFUND, Why.PAID_ALREADY)
    with wiring.work("job:test") as unit:
        (claim,) = unit.session.scalars(select(Claim))
        assert (claim.kind, claim.refund, claim.transfer_id) == (ClaimKind.OVERPAID, due, second.transfer_id)
    assert accounts(wiring)[Account.REFUNDS] == -due


def test_what_is_too_much_is_owed_back_and_the_due_is_taken(wiring: Wiring, town: Town) -> None:
    """One who rounds up still gets the envelope."""
    number, due = payable(wiring, town)
    assert stands(told(wiring, number, due + 1500)) == (MATCHED, Why.MORE_THAN_DUE)
    with wiring.work("job:test") as unit:
        assert due_at_door(unit, item_of(unit, number)).total == 0
        assert unit.session.scalars(select(Claim.refund)).all() == [1500]
    assert accounts(wiring)[Account.REFUNDS] == -1500


def test_what_fits_nothing_waits_for_a_person_with_its_reason(wiring: Wiring, town: Town) -> None:
    """The reason is what the person reads first."""
    number, due = payable(wiring, town)
    other, _ = payable(wiring, town, 2)
    with wiring.work("job:test") as unit:
        (estimated,) = made_items(unit, town, 1, first=3)
        (waived,) = made_items(unit, town, 1, first=4)
        waived.payer = "agency"
        (back,) = made_items(unit, town, 1, first=5)
        unit.session.flush()
        for row in (estimated, waived, back):
            assert row.agency_fee == 0
        numbers = estimated.number, waived.number, back.number
    from_agency, gone = numbers[1], numbers[2]
    freeze_all(wiring, from_agency, gone)
    returned(wiring, gone)
    expected = {
        f"tra {number} {other}": Why.SEVERAL_REFERENCES,
        "tien cuoc": Why.NO_REFERENCE,
        "RR123456785VN": Why.UNKNOWN_NUMBER,
        numbers[0]: Why.NOT_ACCEPTED,
        from_agency: Why.NOTHING_DUE,
        gone: Why.ENDED,
    }
    for place, (content, why) in enumerate(expected.items()):
        assert stands(told(wiring, content, due, f"FT{place}")) == (WAITING, why), content
    assert stands(told(wiring, number, due - 1, "FTX")) == (WAITING, Why.LESS_THAN_DUE)
    assert accounts(wiring)[Account.SUSPENSE] == -(len(expected) * due + due - 1)


@pytest.mark.parametrize("state", [State.RETURNING, State.UNDER_INQUIRY])
def test_money_for_what_may_never_be_handed_over_waits(wiring: Wiring, town: Town, state: State) -> None:
    """No code asks for it any more: an old one that is scanned must not send the agency its fee for nothing."""
    number, due = payable(wiring, town)
    with wiring.work("job:test") as unit:
        item_of(unit, number).state = state
    waits_for_a_person(wiring, number, due)


def test_money_for_what_its_agency_called_back_waits(wiring: Wiring, town: Town) -> None:
    """The courier still has it, and will not hand it over."""
    number, due = payable(wiring, town)
    with wiring.work("job:test") as unit:
        item_of(unit, number).recalled_at = unit.now
    waits_for_a_person(wiring, number, due)


def waits_for_a_person(wiring: Wiring, number: str, due: int) -> None:
    """Nothing is taken, by the notice or by a person's choice, and the transfer can go back."""
    got = told(wiring, number, due)
    assert (*stands(got), got.number) == (WAITING, Why.NOT_ASKED_FOR, number)
    with wiring.work("staff:a") as unit, pytest.raises(Refused, match="may never be handed over") as refusal:
        assign(unit, got.transfer_id, number)
    assert refusal.value.code == "transfer-not-asked-for"
    with wiring.work("job:test") as unit:
        assert due_at_door(unit, item_of(unit, number)).total == due
        assert unit.session.scalars(select(Payment)).all() == []
    with wiring.work("staff:a") as unit:
        assert give_back(unit, got.transfer_id, Why.SENDER_ASKED).state is REFUND


def in_parallel(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    """The answers of `act(0)` … `act(count - 1)`, begun at one instant."""
    begin = threading.Barrier(count)

    def one(place: int) -> Answer:
        begin.wait(timeout=20)
        return act(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def freeze_all(wiring: Wiring, *numbers: str) -> None:
    with wiring.work("job:test") as unit:
        for number in numbers:
            freeze(unit, item_of(unit, number), wiring.books)


def returned(wiring: Wiring, number: str) -> None:
    """Set an item back at its agency; how it came there is others' test."""
    with wiring.work("job:test") as unit:
        item = item_of(unit, number)
        item.state, item.final_at = State.RETURNED, unit.now
        item.holder_kind, item.holder_id = HolderKind.NOBODY, None


def test_money_for_a_sandboxs_item_waits(wiring: Wiring, town: Town) -> None:
    """A test item owes no real money, and its ledger is another."""
    with wiring.work("job:test") as unit:
        sandbox = World(id=new_id(), kind=WorldKind.TEST, name="sandbox")
        unit.session.add(sandbox)
    with wiring.work("job:test", sandbox.id) as unit:
        (item,) = made_items(unit, town, 1)
        number = item.number
    got = told(wiring, number, 30_000)
    assert (*stands(got), got.number) == (WAITING, Why.NOT_LIVE, None)
    with wiring.work("staff:a") as unit, pytest.raises(Refused, match="takes no real money"):
        assign(unit, got.transfer_id, number)


def test_a_statement_is_paid_by_its_exact_sum_only(wiring: Wiring, town: Town) -> None:
    """An agency's treasury writes the number as it likes, and pays to the đồng."""
    number = statement_made(wiring, town)
    assert stands(told(wiring, "UBND tra BK2610H29 thang 10", 1_000_000, "FT1")) == (WAITING, Why.STATEMENT_SUM)
    paid = told(wiring, "UBND tra bk2610 h29thang 10", 1_080_000, "FT2")
    assert (*stands(paid), paid.number) == (MATCHED, Why.PAID, number)
    assert stands(told(wiring, number, 1_080_000, "FT3")) == (WAITING, Why.STATEMENT_PAID)
    with wiring.work("job:test") as unit:
        assert unit.session.scalars(select(Statement.paid_at)).all() == [unit.now]
        assert balance(unit, LedgerBook.POSTAGE, Side(Account.AGENCY, town.agencies["H29"])) == -1_080_000


def test_what_was_written_is_sealed_and_each_opening_recorded(wiring: Wiring, town: Town) -> None:
    """People write names into a transfer."""
    got = told(wiring, "NGUYEN VAN A tra tien", 30_000)
    with wiring.work("staff:a") as unit:
        transfer = unit.session.get_one(BankTransfer, got.transfer_id)
        assert b"NGUYEN" not in transfer.content
        assert content_of(unit, transfer) == "NGUYEN VAN A tra tien"
        unit.session.flush()
        (opening,) = unit.session.scalars(select(Opening).where(Opening.subject_id == transfer.id))
        assert (opening.actor, opening.fields) == ("staff:a", "bank_transfers.content")


def test_a_person_gives_a_waiting_transfer_to_an_item(wiring: Wiring, town: Town) -> None:
    """The payer forgot the number and called."""
    number, due = payable(wiring, town)
    got = told(wiring, "quen ghi so", due)
    with wiring.work("staff:a") as unit:
        seen = foreseen(unit, unit.session.get_one(BankTransfer, got.transfer_id), number.lower())
        assert (seen.fits, seen.due, seen.why) == (True, due, Why.PAID)
        assert stands(assign(unit, got.transfer_id, number)) == (MATCHED, Why.PAID)
    with wiring.work("staff:b") as unit, pytest.raises(Refused) as refusal:
        assign(unit, got.transfer_id, number)
    assert refusal.value.code == "transfer-settled"
    with wiring.work("job:test") as unit:
        assert unit.session.get_one(BankTransfer, got.transfer_id).settled_by == "staff:a"
    assert Account.SUSPENSE not in accounts(wiring)


def test_a_sum_that_does_not_cover_the_due_is_refused_in_words(wiring: Wiring, town: Town) -> None:
    """Half a payment hands nothing over."""
    number, due = payable(wiring, town)
    got = told(wiring, "", due - 1)
    with wiring.work("staff:a") as unit, pytest.raises(Refused, match=f"still owes {due}"):
        assign(unit, got.transfer_id, number)
    with wiring.work("staff:a") as unit, pytest.raises(NotFound):
        assign(unit, got.transfer_id, "RR123456785VN")
    with wiring.work("staff:a") as unit, pytest.raises(Invalid):
        assign(unit, got.transfer_id, "cả tuần này")
    with wiring.work("staff:a") as unit, pytest.raises(NotFound):
        assign(unit, new_id(), number)


def test_a_transfer_that_named_an_item_goes_back_as_a_refund_of_that_item(wiring: Wiring, town: Town) -> None:
    """Two people settle it like every refund."""
    number, due = payable(wiring, town)
    got = told(wiring, number, due - 1)
    with wiring.work("staff:a") as unit:
        assert stands(give_back(unit, got.transfer_id, Why.SENDER_ASKED)) == (REFUND, Why.SENDER_ASKED)
        assert unit.session.scalars(select(Claim.refund)).all() == [due - 1]
    with wiring.work("staff:b") as unit, pytest.raises(Refused, match="not one that waits here"):
        sent_back(unit, got.transfer_id, "FT99")


def test_a_transfer_that_named_nothing_is_sent_back_by_two_people(wiring: Wiring, town: Town) -> None:
    """Money leaves the bank only when a second person has seen it go."""
    got = told(wiring, "nham so", 30_000)
    with wiring.work("staff:a") as unit:
        give_back(unit, got.transfer_id, Why.NOT_FOR_US)
    assert accounts(wiring) == {Account.BANK: 30_000, Account.REFUNDS: -30_000}
    with wiring.work("staff:a") as unit, pytest.raises(Refused, match="another administrator"):
        sent_back(unit, got.transfer_id, "FT99")
    with wiring.work("staff:b") as unit, pytest.raises(Invalid):
        sent_back(unit, got.transfer_id, " ")
    with wiring.work("staff:b") as unit:
        sent_back(unit, got.transfer_id, "FT99")
        assert unit.session.get_one(BankTransfer, got.transfer_id).returned_reference == "FT99"
    with wiring.work("staff:c") as unit, pytest.raises(Refused, match="already"):
        sent_back(unit, got.transfer_id, "FT100")
    assert accounts(wiring) == {}


def test_copies_told_at_one_instant_post_once(wiring: Wiring, town: Town) -> None:
    """A bank's queue delivers at least once, sometimes in parallel."""
    number, due = payable(wiring, town)
    heard = in_parallel(8, lambda _place: told(wiring, number, due))
    assert sorted(one.fresh for one in heard) == [False] * 7 + [True]
    assert {one.state for one in heard} == {MATCHED}
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(BankTransfer)) == 1
        assert unit.session.scalar(select(func.count()).select_from(Payment)) == 2
        subjects = set(unit.session.scalars(select(Subject.id)))
        assert heard[0].transfer_id in subjects
        assert len(subjects) == 2, "a copy must leave no payer behind"
    assert Account.SUSPENSE not in accounts(wiring)


def test_the_counter_and_the_bank_take_it_once_between_them(wiring: Wiring, town: Town) -> None:
    """Who pays cash while the transfer is on its way gets the transfer back."""
    number, due = payable(wiring, town)

    def pays(place: int) -> bool:
        if place:
            return told(wiring, number, due).state is MATCHED
        with wiring.work("staff:clerk") as unit:
            return take_payment(unit, item_of(unit, number), taker=Taker(office_id=town.sai_gon)).total > 0

    assert sorted(in_parallel(2, pays)) == [False, True]
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.sum(Payment.amount))) == due
        by_bank = unit.session.scalar(select(func.count()).where(Payment.transfer_id.is_not(None)))
        owed_back = unit.session.scalars(select(Claim.refund)).all()
        assert owed_back == ([] if by_bank else [due])
    assert Account.SUSPENSE not in accounts(wiring)


def test_two_people_who_decide_at_once_settle_it_once(wiring: Wiring, town: Town) -> None:
    """The second reads that it was settled."""
    number, due = payable(wiring, town)
    transfer_id = told(wiring, "", due).transfer_id

    def decides(place: int) -> bool:
        with wiring.work(f"staff:{place}") as unit:
            try:
                assign(unit, transfer_id, number) if place % 2 else give_back(unit, transfer_id, Why.NOT_FOR_US)
            except Refused:
                return False
        return True

    assert sorted(in_parallel(4, decides)) == [False, False, False, True]
    assert Account.SUSPENSE not in accounts(wiring)
