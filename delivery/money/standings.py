"""Who holds or owes money, by name, and the postings that lead there: what people read of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, select, union_all

from delivery.money.ledger import OF_PARTIES
from delivery.money.tying import names_of
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, Posting, PostingKind
from delivery.store.work import Work


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One party's balance on one account: debits less credits, in đồng, never 0."""

    book: LedgerBook
    account: Account
    party: UUID
    name: str
    balance: int

    def __post_init__(self) -> None:
        if self.balance == 0:
            raise ValueError(f"{self.name} stands at 0 on {self.account}: there is nothing to show.")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A posting for people: the parties by name, None where the account has none; `number` is the item's."""

    posting: Posting
    debit_name: str | None
    credit_name: str | None
    number: str | None


def standing(unit: Work) -> tuple[Standing, ...]:
    """Every party with a balance: by account in the order of the accounts, then by name."""
    mine = (Posting.world_id == unit.world_id) & Posting.debit.in_(OF_PARTIES)
    its = (Posting.world_id == unit.world_id) & Posting.credit.in_(OF_PARTIES)
    sides = union_all(
        select(Posting.book, Posting.debit.label("account"), Posting.debit_party.label("party"), Posting.amount).where(
            mine
        ),
        select(Posting.book, Posting.credit, Posting.credit_party, -Posting.amount).where(its),
    ).subquery()
    total = func.sum(sides.c.amount)
    rows = unit.session.execute(
        select(sides.c.book, sides.c.account, sides.c.party, total)
        .where(sides.c.party.is_not(None))
        .group_by(sides.c.book, sides.c.account, sides.c.party)
        .having(total != literal(0))
    ).all()
    names = names_of(unit, {party for _, _, party, _ in rows})
    found = [
        Standing(book=book, account=account, party=party, name=names.get(party, str(party)), balance=int(amount))
        for book, account, party, amount in rows
    ]
    order = list(Account)
    return tuple(sorted(found, key=lambda each: (order.index(each.account), each.name, each.book)))


def postings_of(unit: Work, item: Item) -> tuple[Entry, ...]:
    """Every posting about an item, in the order of posting."""
    query = select(Posting).where(Posting.item_id == item.id).order_by(Posting.made_at, Posting.id)
    return _shown(unit, unit.session.scalars(query).all())


def uncollected(unit: Work, *, limit: int) -> tuple[Entry, ...]:
    """What addressees never paid, the latest first."""
    query = (
        select(Posting)
        .where(Posting.world_id == unit.world_id, Posting.kind == PostingKind.UNCOLLECTED)
        .order_by(Posting.day.desc(), Posting.id.desc())
        .limit(limit)
    )
    return _shown(unit, unit.session.scalars(query).all())


def _shown(unit: Work, postings: Sequence[Posting]) -> tuple[Entry, ...]:
    parties = {party for each in postings for party in (each.debit_party, each.credit_party) if party is not None}
    names = names_of(unit, parties) if parties else {}
    items = {each.item_id for each in postings if each.item_id is not None}
    numbers = dict(unit.session.execute(select(Item.id, Item.number).where(Item.id.in_(items))).all())
    return tuple(
        Entry(
            posting=each,
            debit_name=None if each.debit_party is None else names.get(each.debit_party),
            credit_name=None if each.credit_party is None else names.get(each.credit_party),
            number=None if each.item_id is None else numbers.get(each.item_id),
        )
        for each in postings
    )
