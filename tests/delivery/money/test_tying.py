"""The books tie out to the deeds, and whoever changes either behind the application's back is found by name."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from delivery.money.recounting import PROOFS
from delivery.money.tying import Fault, Tied, check, movement
from delivery.store.agencies import LIVE, World, WorldKind
from delivery.store.base import new_id
from delivery.store.ledger import Account, LedgerBook
from delivery.store.work import Work
from delivery.wiring import Wiring
from demo.postgres import OWNER, Server
from tests.arrangements import Builder
from tests.delivery.money.full_day import FullDay, full_day

MONDAY = date(2026, 11, 30)
GUARDED = ("postings", "corrections", "quotes", "receipts")


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> Builder | None:
    """The full day, for those who ask for it."""
    return full_day if "day" in request.fixturenames else None


@pytest.fixture
def day(arranged: FullDay) -> FullDay:
    """A day on which money moved in every way."""
    return arranged


def tied(day: FullDay, *, on: date | None = None) -> Tied:
    """What the check finds."""
    with day.post.work("job:check") as unit:
        return check(unit, day=on)


def planted(day: FullDay, server: Server, database: str, statement: str) -> tuple[Fault, ...]:
    """What is found after the tables' owner did this, whom no trigger stops; then it is undone."""
    wiring = day.post.wiring
    owner = create_engine(server.url(OWNER, database), poolclass=NullPool)
    with owner.connect() as connection, Session(connection) as session:
        for table in GUARDED:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        touched = session.connection().exec_driver_sql(statement).rowcount
        assert touched > 0, f"nothing was planted: {statement}"
        unit = Work(session, clock=wiring.clock, keys=wiring.settings.keys, actor="job:check", world_id=LIVE)
        found = check(unit).faults
        session.rollback()
    return found


def test_an_honest_day_ties_out(day: FullDay) -> None:
    """Cash, transfers, refunds, statements and remittances: nothing is left over on either side."""
    found = tied(day)
    assert [fault.words("en") for fault in found.faults] == []
    assert found.holds
    for columns in found.books.values():
        assert sum(each.debits for each in columns) == sum(each.credits for each in columns) > 0


def test_a_days_columns_are_that_days_alone(day: FullDay) -> None:
    """The evening's table is held against the evening's papers; the proof still looks at everything."""
    monday, tuesday = tied(day, on=MONDAY), tied(day, on=date(2026, 12, 1))
    assert monday.entries + tuesday.entries == tied(day).entries
    assert {each.account for each in tuesday.books[LedgerBook.POSTAGE]} == {
        Account.AGENCY,
        Account.BANK,
        Account.SUSPENSE,
    }
    assert tuesday.books[LedgerBook.AGENCY_FEE] == ()
    with day.post.work("job:check") as unit:
        assert movement(unit, day=MONDAY) == monday.books


def test_another_worlds_money_is_not_counted(day: FullDay, wiring: Wiring) -> None:
    """A test client's sandbox must not show the live post's cash, nor find fault with it."""
    world = World(id=new_id(), kind=WorldKind.TEST, name="sandbox")
    with wiring.work("job:test") as unit:
        unit.session.add(world)
    with wiring.work("job:check", world.id) as unit:
        found = check(unit)
    assert (found.entries, found.faults) == (0, ())


Who = Callable[[FullDay], str]


def _item(number: str) -> str:
    return f"item_id = (SELECT id FROM items WHERE number = '{number}')"


COURIER, AGENCY = "courier.sg.1", "H29"
PLANTED: dict[str, tuple[str, Callable[[FullDay], str], Who]] = {
    "a fee posted in the postage book": (
        "shape",
        lambda day: (
            f"UPDATE postings SET book = 'postage' WHERE book = 'agency_fee' AND kind = 'collected' AND "
            f"{_item(day.at_till)}"
        ),
        lambda day: day.at_till,
    ),
    "a posting that nothing calls for": (
        "shape",
        lambda day: (
            "INSERT INTO postings SELECT gen_random_uuid(), world_id, book, 'paid_out', 'x', item_id, 'variance', "
            "id, 'bank', NULL, 5, day, made_by, made_at FROM postings WHERE kind = 'uncollected'"
        ),
        lambda day: day.returned,
    ),
    "a price moved from one payer to another": (
        "lines",
        lambda day: (
            "UPDATE quotes SET due_from_subsidy = due_from_subsidy + 5, due_from_addressee = due_from_addressee - 5 "
            f"WHERE {_item(day.at_till)}"
        ),
        lambda day: day.at_till,
    ),
    "a correction that its lines do not make": (
        "lines",
        lambda day: f"UPDATE corrections SET net = net + 5, gross = gross + 5 WHERE {_item(day.weighed)}",
        lambda day: day.weighed,
    ),
    "a charge that is gone": (
        "charged",
        lambda day: f"DELETE FROM postings WHERE kind = 'charged' AND credit = 'vat' AND {_item(day.waived)}",
        lambda day: day.waived,
    ),
    "a correction posted too high": (
        "charged",
        lambda day: f"UPDATE postings SET amount = amount + 1 WHERE kind = 'corrected' AND {_item(day.weighed)}",
        lambda day: day.weighed,
    ),
    "an agency charged for another's item": (
        "charged",
        lambda day: (
            f"UPDATE postings SET debit_party = '{day.post.town.agencies['H30']}' WHERE kind = 'charged' "
            f"AND debit = 'agency' AND {_item(day.by_agency)}"
        ),
        lambda day: f"{day.by_agency} H30",
    ),
    "a price taken below nothing": (
        "standing",
        lambda day: (
            "UPDATE corrections SET net = net - 60000, gross = gross - 60000, "
            f"due_from_addressee = due_from_addressee - 60000 WHERE {_item(day.weighed)}"
        ),
        lambda day: day.weighed,
    ),
    "more given back than was ever paid": (
        "standing",
        lambda day: f"UPDATE claims SET refund = refund + 100000 WHERE {_item(day.wrong_price)}",
        lambda day: day.wrong_price,
    ),
    "a payment that no posting knows": (
        "collected",
        lambda day: f"DELETE FROM postings WHERE kind = 'collected' AND {_item(day.at_door[1])}",
        lambda day: day.at_door[1],
    ),
    "a fee taken and owed to nobody": (
        "collected",
        lambda day: f"DELETE FROM postings WHERE book = 'agency_fee' AND kind = 'collected' AND {_item(day.by_agency)}",
        lambda day: day.by_agency,
    ),
    "a payment moved to another day": (
        "collected",
        lambda day: f"UPDATE payments SET day = day - 1 WHERE {_item(day.at_door[0])}",
        lambda day: day.at_door[0],
    ),
    "a payment made smaller": (
        "collected",
        lambda day: f"UPDATE payments SET amount = amount - 1 WHERE {_item(day.at_door[2])}",
        lambda day: day.at_door[2],
    ),
    "an item handed over for less than it owes": (
        "handed-over",
        lambda day: f"UPDATE items SET agency_fee = agency_fee + 1 WHERE number = '{day.at_door[0]}'",
        lambda day: day.at_door[0],
    ),
    "a debt that vanished with the envelope": (
        "uncollected",
        lambda day: "DELETE FROM postings WHERE kind = 'uncollected'",
        lambda day: day.returned,
    ),
    "a payment without its receipt": (
        "receipt",
        lambda day: f"DELETE FROM receipts WHERE kind = 'receipt' AND {_item(day.at_till)}",
        lambda day: day.at_till,
    ),
    "an invoice over another sum": (
        "receipt",
        lambda day: (
            f"UPDATE receipts SET net = net - 1, gross = gross - 1 WHERE kind = 'invoice' AND {_item(day.at_till)}"
        ),
        lambda day: day.at_till,
    ),
    "an invoice with VAT below nothing": (
        "receipt",
        lambda day: (
            f"UPDATE receipts SET net = gross + 200, vat = -200 WHERE kind = 'invoice' AND {_item(day.at_till)}"
        ),
        lambda day: day.at_till,
    ),
    "a number skipped": (
        "series",
        lambda day: "UPDATE paper_series SET following = following + 1 WHERE starts_with(name, 'BL26-')",
        lambda day: "BL26-",
    ),
    "a number beyond its series": (
        "series",
        lambda day: "UPDATE paper_series SET following = following - 1 WHERE starts_with(name, 'HD26-')",
        lambda day: "HD26-",
    ),
    "a payment taken out of its shift": (
        "courier",
        lambda day: f"UPDATE payments SET shift_id = NULL WHERE {_item(day.at_door[0])}",
        lambda day: COURIER,
    ),
    "a shift that expected less": (
        "shift",
        lambda day: "UPDATE shifts SET postage = postage - 1000, variance = variance + 1000",
        lambda day: f"{COURIER} 2026-11-30",
    ),
    "a payment in another courier's shift": (
        "shift",
        lambda day: f"UPDATE shifts SET courier_id = '{day.post.town.couriers['courier.sg.2']}'",
        lambda day: "courier.sg.2 2026-11-30",
    ),
    "a shortage that nobody answers for": (
        "cash",
        lambda day: "DELETE FROM postings WHERE kind = 'variance'",
        lambda day: COURIER,
    ),
    "a close posted on another day": (
        "cash",
        lambda day: "UPDATE postings SET day = day + 1 WHERE kind = 'shift_closed' AND book = 'postage'",
        lambda day: COURIER,
    ),
    "a deposit that never reached the books": (
        "till",
        lambda day: "DELETE FROM deposits",
        lambda day: "BC",
    ),
    "a remittance over another sum": (
        "payable",
        lambda day: "UPDATE remittances SET amount = amount + 1",
        lambda day: AGENCY,
    ),
    "a remittance that does not add up": (
        "remittance",
        lambda day: "UPDATE remittance_lines SET amount = amount - 1 WHERE position = 1",
        lambda day: f"{AGENCY} CT20261130-H29-1",
    ),
    "a statement paid by nobody": (
        "agency",
        lambda day: "UPDATE statements SET paid_at = NULL",
        lambda day: AGENCY,
    ),
    "a statement over another price": (
        "statement",
        lambda day: f"UPDATE statement_lines SET net = net + 1, gross = gross + 1 WHERE {_item(day.by_agency)}",
        lambda day: day.by_agency,
    ),
    "a transfer made larger": (
        "transfer",
        lambda day: "UPDATE bank_transfers SET amount = amount + 1 WHERE bank_reference = 'FT-1'",
        lambda day: f"{day.by_transfer} FT-1",
    ),
    "a waiting transfer set aside": (
        "suspense",
        lambda day: "UPDATE bank_transfers SET state = 'matched' WHERE bank_reference = 'FT-2'",
        lambda day: "",
    ),
    "a refund made larger": (
        "claim",
        lambda day: "UPDATE claims SET refund = refund + 1 WHERE kind = 'overpaid'",
        lambda day: day.by_transfer,
    ),
    "a refund paid and not recorded": (
        "claim",
        lambda day: "UPDATE claims SET state = 'approved' WHERE kind = 'price_error'",
        lambda day: day.wrong_price,
    ),
    "money sent back that nobody returned": (
        "transfer",
        lambda day: (
            "UPDATE bank_transfers SET returned_reference = NULL, returned_by = NULL, returned_at = NULL "
            "WHERE bank_reference = 'FT-3'"
        ),
        lambda day: "FT-3",
    ),
    "a remittance that the books do not know": (
        "remitted",
        lambda day: "DELETE FROM postings WHERE kind = 'remitted'",
        lambda day: AGENCY,
    ),
}


def test_every_fault_is_found_and_named(day: FullDay, server: Server, database: str) -> None:
    """Who takes money and mends the books by a row or two must not be able to hide it."""
    hidden = []
    for name, (code, statement, who) in PLANTED.items():
        found = planted(day, server, database, statement(day))
        if not any(fault.code == code and who(day) in fault.who for fault in found):
            hidden.append((name, [(fault.code, fault.who) for fault in found]))
        for fault in found:
            assert fault.who in fault.words("vi")
            assert fault.who in fault.words("en")
            assert fault.words("vi") != fault.words("en")
    assert hidden == []
    assert tied(day).holds


def test_every_proof_has_a_planted_fault() -> None:
    """A proof that never fails proves nothing."""
    assert {code for code, _, _ in PLANTED.values()} == {proof.code for proof in PROOFS}
