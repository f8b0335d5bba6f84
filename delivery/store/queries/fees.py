"""Agencies' fees on their way back to them: where they are, and the remittances they stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from delivery.errors import NotFound
from delivery.store.agencies import Agency
from delivery.store.billing import Receipt, Remittance, RemittanceLine
from delivery.store.items import Item
from delivery.store.ledger import LedgerBook, Posting, PostingKind
from delivery.store.money import Payment, PaymentKind
from delivery.store.queries.billing import LAST_POSITION
from delivery.store.work import Work

WITH_COURIER: ColumnElement[bool] = and_(Payment.courier_id.is_not(None), Payment.shift_id.is_(None))
"""Cash that a courier has not handed in yet."""


def ready_fees(unit: Work, agency_id: UUID, through: date) -> list[Payment]:
    """The agency's fees that may be remitted, taken up to a Vietnam day, oldest first, with their items."""
    query = (
        select(Payment)
        .join(Item, Item.id == Payment.item_id)
        .where(
            Item.agency_id == agency_id,
            Item.world_id == unit.world_id,
            Payment.day <= through,
            _fee(),
            ~WITH_COURIER,
            ~_listed(),
        )
        .options(contains_eager(Payment.item))
        .order_by(Payment.taken_at, Item.number)
    )
    return list(unit.session.scalars(query))


@dataclass(frozen=True, kw_only=True)
class FeeSums:
    """An agency's fees of all time, in đồng. Of those `collected`, couriers still carry some, some are ready to be
    remitted; `listed` stands on remittances that were drawn and not paid yet, `remitted` on paid ones."""

    collected: int
    with_couriers: int
    ready: int
    listed: int
    remitted: int


def fee_sums(unit: Work) -> dict[UUID, FeeSums]:
    """Where the fees are, by agency. One statement, so that a list drawn meanwhile is in all of the sums or in none."""
    waiting = and_(~WITH_COURIER, ~_listed())
    fees = (
        select(
            Item.agency_id,
            func.sum(Payment.amount).label("collected"),
            func.sum(Payment.amount).filter(WITH_COURIER).label("with_couriers"),
            func.sum(Payment.amount).filter(waiting).label("ready"),
        )
        .join(Item, Item.id == Payment.item_id)
        .where(Item.world_id == unit.world_id, _fee())
        .group_by(Item.agency_id)
        .subquery()
    )
    paid = Remittance.paid_at.is_not(None)
    lists = (
        select(
            Remittance.agency_id,
            func.sum(Remittance.amount).filter(~paid).label("listed"),
            func.sum(Remittance.amount).filter(paid).label("remitted"),
        )
        .where(Remittance.world_id == unit.world_id, Remittance.cancelled_at.is_(None))
        .group_by(Remittance.agency_id)
        .subquery()
    )
    query = select(
        fees.c.agency_id, fees.c.collected, fees.c.with_couriers, fees.c.ready, lists.c.listed, lists.c.remitted
    ).join(lists, lists.c.agency_id == fees.c.agency_id, isouter=True)
    return {
        agency_id: FeeSums(
            collected=int(collected),
            with_couriers=int(carried or 0),
            ready=int(ready or 0),
            listed=int(listed or 0),
            remitted=int(remitted or 0),
        )
        for agency_id, collected, carried, ready, listed, remitted in unit.session.execute(query)
    }


def agencies_by_id(unit: Work, ids: Sequence[UUID]) -> dict[UUID, Agency]:
    """Agencies by their id, in the order of their codes."""
    query = select(Agency).where(Agency.id.in_(ids)).order_by(Agency.code)
    return {agency.id: agency for agency in unit.session.scalars(query)}


def remittances_so_far(unit: Work, agency_id: UUID) -> int:
    """How many remittances the agency has in this unit's world, cancelled ones too."""
    query = select(func.count()).where(Remittance.world_id == unit.world_id, Remittance.agency_id == agency_id)
    return unit.session.scalar(query) or 0


def numbers_beginning(unit: Work, stem: str) -> int:
    """How many remittances of all worlds have a number that begins so."""
    query = select(func.count()).where(Remittance.number.startswith(stem, autoescape=True))
    return unit.session.scalar(query) or 0


def remittance_numbered(unit: Work, number: str, *, agency_id: UUID | None = None, lock: bool = False) -> Remittance:
    """The remittance of that number, with its agency; another agency's or world's reads as unknown."""
    query = select(Remittance).where(Remittance.number == number, Remittance.world_id == unit.world_id)
    if agency_id is not None:
        query = query.where(Remittance.agency_id == agency_id)
    query = query.options(joinedload(Remittance.agency))
    if lock:
        query = query.with_for_update(of=Remittance)
    remittance = unit.session.scalars(query).one_or_none()
    if remittance is None:
        raise NotFound(
            "remittance-not-found",
            vi=f"Không có bảng kê chuyển trả số {number}.",
            en=f"There is no remittance {number}.",
            facts={"number": number},
        )
    return remittance


def remittance_by_reference(unit: Work, bank_reference: str) -> Remittance | None:
    """The remittance that was paid with a bank's transaction, of any world."""
    return unit.session.scalars(select(Remittance).where(Remittance.bank_reference == bank_reference)).one_or_none()


def latest_remittances(unit: Work, *, agency_id: UUID | None, limit: int) -> Sequence[Remittance]:
    """The latest remittances, open ones first, of one agency or of all."""
    query = select(Remittance).where(Remittance.world_id == unit.world_id).options(joinedload(Remittance.agency))
    if agency_id is not None:
        query = query.where(Remittance.agency_id == agency_id)
    ended = or_(Remittance.paid_at.is_not(None), Remittance.cancelled_at.is_not(None))
    return unit.session.scalars(query.order_by(ended, Remittance.made_at.desc(), Remittance.number).limit(limit)).all()


def remittances_after(unit: Work, agency_id: UUID, after: int, limit: int) -> Sequence[Remittance]:
    """An agency's remittances beyond a position, the oldest first: positions are given under its lock."""
    query = (
        select(Remittance)
        .where(
            Remittance.world_id == unit.world_id,
            Remittance.agency_id == agency_id,
            Remittance.position > min(after, LAST_POSITION),
        )
        .order_by(Remittance.position)
        .limit(limit)
    )
    return unit.session.scalars(query).all()


def remittance_lines(unit: Work, remittance: Remittance) -> Sequence[tuple[RemittanceLine, str]]:
    """A remittance's lines with their items and payments, and each fee's receipt number, in order."""
    query = (
        select(RemittanceLine, Receipt.number)
        .join(Receipt, Receipt.payment_id == RemittanceLine.payment_id)
        .where(RemittanceLine.remittance_id == remittance.id)
        .options(joinedload(RemittanceLine.item), joinedload(RemittanceLine.payment))
        .order_by(RemittanceLine.position)
    )
    return [(line, number) for line, number in unit.session.execute(query)]


def _fee() -> ColumnElement[bool]:
    """A fee that is the agency's; one that went back to its addressee, since their item was lost, is no more."""
    went_back = select(Posting.id).where(
        Posting.item_id == Payment.item_id,
        Posting.book == LedgerBook.AGENCY_FEE,
        Posting.kind == PostingKind.CLAIMED,
    )
    return and_(Payment.kind == PaymentKind.AGENCY_FEE, or_(_listed(), ~went_back.exists()))


def _listed() -> ColumnElement[bool]:
    stands = select(RemittanceLine.payment_id).where(
        RemittanceLine.payment_id == Payment.id, RemittanceLine.released.is_(False)
    )
    return stands.exists()
