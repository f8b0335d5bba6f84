"""The ledger's one door: what an account holds is found by the account."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from delivery.money.ledger import Side, balance, post
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.work import Work
from delivery.wiring import Wiring
from demo.postgres import OWNER, Server

COURIER, OFFICE, OTHER = (UUID(int=n) for n in (1, 2, 3))


def _closed(unit: Work, courier: UUID, office: UUID, amount: int) -> None:
    """A courier hands cash in at an office."""
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.SHIFT_CLOSED,
        debit=Side(Account.TILL, office),
        credit=Side(Account.COURIER, courier),
        amount=amount,
        key=f"test:{courier}:{office}:{amount}",
    )


def test_a_balance_is_debits_less_credits_of_one_party_or_of_all(wiring: Wiring) -> None:
    """A till holds its own notes; an account holds what all its parties hold."""
    with wiring.work("job:test") as unit:
        _closed(unit, COURIER, OFFICE, 30)
        _closed(unit, COURIER, OTHER, 4)
        _closed(unit, OTHER, OFFICE, -500)
        unit.session.flush()
        found = [
            balance(unit, LedgerBook.POSTAGE, side)
            for side in (Side(Account.TILL, OFFICE), Side(Account.TILL, OTHER), Side(Account.COURIER, COURIER))
        ]
        assert found == [-470, 4, -34]
        assert balance(unit, LedgerBook.POSTAGE, Side(Account.BANK)) == 0
        assert balance(unit, LedgerBook.AGENCY_FEE, Side(Account.TILL, OFFICE)) == 0


@pytest.mark.parametrize("side", [Side(Account.TILL, OFFICE), Side(Account.COURIER, COURIER)])
def test_a_partys_balance_is_looked_up_and_not_searched_for(
    wiring: Wiring, server: Server, database: str, side: Side
) -> None:
    """Every close and deposit asks: one office's evening must not read the country's year."""
    asked: list[tuple[str, object]] = []

    def keep(_: Connection, __: object, statement: str, parameters: object, *___: object) -> None:
        asked.append((statement, parameters))

    with wiring.work("job:test") as unit:
        for number in range(200):
            _closed(unit, UUID(int=1000 + number), UUID(int=2000 + number), 1)
    with psycopg.connect(server.url(OWNER, database).replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("ANALYZE postings")
    with wiring.work("job:test") as unit:
        connection = unit.session.connection()
        event.listen(connection, "before_cursor_execute", keep)
        balance(unit, LedgerBook.POSTAGE, side)
        ((statement, parameters),) = asked
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()  # type: ignore[arg-type]
    conditions = " ".join(line for line in plan if "Index Cond" in line)
    assert ("debit_party" in conditions, "credit_party" in conditions) == (True, True), plan
