"""The ledger's one door: every posting is made here, and balances are read here.

A posting debits one account and credits another by the same amount within one book, so a book that does not balance
cannot be written. docs/money.md lists which deed makes which posting.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, func, select, union_all

from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, Posting, PostingKind
from delivery.store.work import Work

OF_PARTIES = frozenset({Account.AGENCY, Account.COURIER, Account.TILL, Account.PAYABLE, Account.VARIANCE})
"""The accounts that are kept for each party by itself."""


@dataclass(frozen=True)
class Side:
    """An account, with the id of its party where it is kept by party: an agency, a courier, an office, a person."""

    account: Account
    party: UUID | None = None

    def __post_init__(self) -> None:
        if (self.account in OF_PARTIES) != (self.party is not None):
            raise ValueError(f"Account {self.account} {'needs' if self.party is None else 'has no'} party.")


def post(
    unit: Work,
    book: LedgerBook,
    kind: PostingKind,
    *,
    debit: Side,
    credit: Side,
    amount: int,
    key: str,
    item: Item | None = None,
) -> Posting | None:
    """Post `amount` đồng; a negative amount changes sides, 0 posts nothing and gives None.

    `key` names the deed: posting it twice violates the table's unique key, so the caller must hold the lock that makes
    the deed happen once.
    """
    if amount == 0:
        return None
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    posting = Posting(
        id=new_id(),
        world_id=unit.world_id if item is None else item.world_id,
        book=book,
        kind=kind,
        key=key,
        item_id=None if item is None else item.id,
        debit=debit.account,
        debit_party=debit.party,
        credit=credit.account,
        credit_party=credit.party,
        amount=amount,
        day=unit.today,
        made_by=unit.actor,
        made_at=unit.now,
    )
    unit.session.add(posting)
    return posting


def balance(unit: Work, book: LedgerBook, side: Side) -> int:
    """Debits less credits of an account in this unit's world, in đồng; of all its parties when it names none."""
    return int(unit.session.scalar(_balance(unit.world_id, book, side)) or 0)


def _balance(world_id: UUID, book: LedgerBook, side: Side) -> Select[tuple[Decimal]]:
    """Each side by its own index: what one till holds must not take longer with every posting of the others."""
    halves = []
    for account, party, amount in (
        (Posting.debit, Posting.debit_party, Posting.amount),
        (Posting.credit, Posting.credit_party, -Posting.amount),
    ):
        half = select(amount.label("amount")).where(
            Posting.world_id == world_id, Posting.book == book, account == side.account
        )
        halves.append(half if side.party is None else half.where(party == side.party))
    return select(func.sum(union_all(*halves).subquery().c.amount))


def balances(unit: Work) -> dict[LedgerBook, dict[Account, int]]:
    """Debits less credits of each account that was ever posted to, by book; each book sums to 0."""
    found: dict[LedgerBook, dict[Account, int]] = {book: {} for book in LedgerBook}
    for account, sign in ((Posting.debit, 1), (Posting.credit, -1)):
        query = select(Posting.book, account, func.sum(Posting.amount)).where(Posting.world_id == unit.world_id)
        for book, name, amount in unit.session.execute(query.group_by(Posting.book, account)):
            found[book][name] = found[book].get(name, 0) + sign * int(amount)
    return found
