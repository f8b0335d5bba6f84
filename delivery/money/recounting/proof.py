"""What a proof of the books is: one statement that recounts, and gives what does not hold."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One law of the books: its stable code, and the statement that finds what breaks it.

    Being one statement it sees one moment, whatever is paid meanwhile. It gives (item_id, party, named, what, ledger,
    deeds): `ledger` and `deeds` are the đồng that differ, `party` an id, `named` a number, a reference or a day, `what`
    stable words. `:world` is the world's id, `:live` whether it is the live one, to which all tills' deposits and bank
    transfers belong.
    """

    code: str
    sql: str


_SIDES: Final = """
    WITH sides AS (
        SELECT book, kind, item_id, day, debit AS account, debit_party AS party, amount
        FROM postings WHERE world_id = :world
        UNION ALL
        SELECT book, kind, item_id, day, credit, credit_party, -amount
        FROM postings WHERE world_id = :world
    ), own AS (
        SELECT id, number, agency_id, agency_fee, state FROM items WHERE world_id = :world
    )
"""


def proof(code: str, sql: str) -> Proof:
    """A proof that may read `sides` (each posting twice: its debit, and its credit as a negative) and `own` items."""
    return Proof(code=code, sql="".join((_SIDES, sql)))
