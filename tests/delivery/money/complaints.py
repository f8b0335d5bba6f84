"""Complaints for tests: items lost, late or handed over, with or without their postage paid, and their claims."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from delivery import incidents
from delivery.incidents import Outcome
from delivery.money import claims
from delivery.money.charging import Taker, standing, take_payment
from delivery.money.ledger import Side, balance
from delivery.money.tying import check
from delivery.rules.compensation_terms import ClaimKind
from delivery.rules.reasons import IncidentKind
from delivery.store.claims import Claim
from delivery.store.ledger import Account, LedgerBook
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from tariffs.book import Payer
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.cash import accepted

FIRST, SECOND, THIRD = "staff:first", "staff:second", "staff:third"


def shelved(post: Post, *, fee: int = 0, payer: str = "addressee", paid: bool = False, due: date | None = None) -> str:
    """An item on the shelf; its money was taken by the office's till where it is `paid`."""
    (number,) = accepted(post, 1, fee=fee, payer=payer)
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        item.due_day = due
        if paid:
            take_payment(unit, item, taker=Taker(office_id=post.office))
    return number


def lose(post: Post, number: str) -> None:
    """An inquiry ends: nobody has it."""
    with post.work(CLERK) as unit:
        found = incidents.open_incident(unit, number=number, office_id=post.office, kind=IncidentKind.LOST)
    with post.work(CLERK) as unit:
        incidents.close_incident(unit, incident_id=found.id, outcome=Outcome.LOST, office_id=post.office)


def late(post: Post, *, days: int, paid: bool = True, payer: str = "addressee") -> str:
    """An item that was handed over `days` days after the day promised."""
    post.clock.set(9)
    with post.work(CLERK) as unit:
        due = unit.today - timedelta(days=days)
    number = shelved(post, payer=payer, paid=paid, due=due)
    post.go_out([number])
    post.hand_over(number)
    return number


def complain(
    post: Post, number: str, kind: ClaimKind, *, damage_percent: int | None = None, right_price: int | None = None
) -> UUID:
    """A clerk takes the complaint in; the claim's id."""
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        return claims.open_claim(unit, item, kind, damage_percent=damage_percent, right_price=right_price).id


def claim_about(post: Post, number: str) -> Claim:
    """The one claim about the item, as it stands."""
    with post.work(CLERK) as unit:
        item = locked_by_number(unit, number)
        return unit.session.scalars(select(Claim).where(Claim.item_id == item.id)).one()


def agreed(post: Post, claim_id: UUID) -> Claim:
    """One person proposes, another approves."""
    with post.work(FIRST) as unit:
        claims.propose(unit, claim_id)
    with post.work(SECOND) as unit:
        return claims.approve(unit, claim_id)


def tied(post: Post) -> None:
    """Every posting has its deed, and every deed its postings."""
    with post.work(CLERK) as unit:
        assert check(unit).faults == ()


def owed(post: Post, book: LedgerBook = LedgerBook.POSTAGE) -> int:
    """What the post owes to people by the ledger."""
    with post.work(CLERK) as unit:
        return -balance(unit, book, Side(Account.REFUNDS))


def gross(post: Post, number: str) -> int:
    """What the item's price was frozen at."""
    with post.work(CLERK) as unit:
        row = quote_of(unit, locked_by_number(unit, number).id)
        assert row is not None
        return row.gross


def owed_by(post: Post, number: str, payer: Payer) -> int:
    """What one payer owes of the item's price as it stands."""
    with post.work(CLERK) as unit:
        row = quote_of(unit, locked_by_number(unit, number).id)
        assert row is not None
        return standing(row).owed_by(payer)
