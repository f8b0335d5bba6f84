"""What agencies owe for postage, month by month: what stands on no statement yet, and the statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from delivery.errors import NotFound
from delivery.rules.calendar import vietnam_instant
from delivery.store.agencies import Agency
from delivery.store.billing import Receipt, Statement, StatementLine
from delivery.store.items import Item
from delivery.store.money import Correction, Payment, Quote
from delivery.store.work import Work

LAST_POSITION: Final = 2**31 - 1
"""Beyond what the column holds there is nothing; a program may ask all the same."""


@dataclass(frozen=True, kw_only=True)
class Unbilled:
    """A frozen price or a correction of one that an agency owes a part of; `at` is when it came to be."""

    item: Item
    at: datetime
    owed: Quote | Correction


def locked_agency(unit: Work, agency_id: UUID) -> Agency:
    """The agency under lock, so that its papers are drawn one after the other; its items may come in meanwhile."""
    query = select(Agency).where(Agency.id == agency_id).with_for_update(key_share=True)
    agency = unit.session.scalars(query).one_or_none()
    if agency is None:
        raise NotFound("agency-not-found", vi="Không có cơ quan này.", en="There is no such agency.")
    return agency


def unbilled(unit: Work, agency_id: UUID, before: datetime) -> list[Unbilled]:
    """Everything of the agency from before an instant that stands on no statement, in the order of happening."""
    own = and_(Item.agency_id == agency_id, Item.world_id == unit.world_id)
    quotes = unit.session.execute(
        select(Quote, Item).join(Item, Item.id == Quote.item_id).where(own, _open_quote(before))
    )
    corrections = unit.session.execute(
        select(Correction, Item).join(Item, Item.id == Correction.item_id).where(own, _open_correction(before))
    )
    found = [Unbilled(item=item, at=row.frozen_at, owed=row) for row, item in quotes if row.frozen_at is not None]
    found += [Unbilled(item=item, at=row.made_at, owed=row) for row, item in corrections]
    return sorted(found, key=lambda each: (each.at, each.item.number, each.owed.id))


def unbilled_sums(unit: Work, before: datetime) -> dict[UUID, dict[date, int]]:
    """What stands on no statement, gross, by agency and by the first day of its month in Viet Nam."""
    quote_month, correction_month = _month(Quote.frozen_at), _month(Correction.made_at)
    sums: dict[UUID, dict[date, int]] = {}
    for query in (
        select(Item.agency_id, quote_month, func.sum(Quote.due_from_agency))
        .join(Quote, Quote.item_id == Item.id)
        .where(Item.world_id == unit.world_id, _open_quote(before))
        .group_by(Item.agency_id, quote_month),
        select(Item.agency_id, correction_month, func.sum(Correction.due_from_agency))
        .join(Correction, Correction.item_id == Item.id)
        .where(Item.world_id == unit.world_id, _open_correction(before))
        .group_by(Item.agency_id, correction_month),
    ):
        for agency_id, month, amount in unit.session.execute(query):
            own = sums.setdefault(agency_id, {})
            own[month] = own.get(month, 0) + int(amount)
    return sums


def months_drawn(unit: Work, agency_ids: Sequence[UUID]) -> dict[UUID, set[date]]:
    """The months for which agencies have their statement, by agency."""
    found: dict[UUID, set[date]] = {agency_id: set() for agency_id in agency_ids}
    query = select(Statement.agency_id, Statement.month).where(
        Statement.world_id == unit.world_id, Statement.agency_id.in_(agency_ids)
    )
    for agency_id, month in unit.session.execute(query):
        found[agency_id].add(month)
    return found


def statement_of(unit: Work, agency_id: UUID, month: date) -> Statement | None:
    """The agency's statement of a month, if it was drawn."""
    query = select(Statement).where(
        Statement.world_id == unit.world_id, Statement.agency_id == agency_id, Statement.month == month
    )
    return unit.session.scalars(query).one_or_none()


def statement_numbered(unit: Work, number: str, *, agency_id: UUID | None = None) -> Statement:
    """The statement of that number, with its agency; another agency's or world's reads as unknown."""
    query = select(Statement).where(Statement.number == number, Statement.world_id == unit.world_id)
    if agency_id is not None:
        query = query.where(Statement.agency_id == agency_id)
    statement = unit.session.scalars(query.options(joinedload(Statement.agency))).one_or_none()
    if statement is None:
        raise NotFound(
            "statement-not-found",
            vi=f"Không có bảng kê cước số {number}.",
            en=f"There is no statement of postage {number}.",
            facts={"number": number},
        )
    return statement


def statements_of_month(unit: Work, month: date) -> Sequence[Statement]:
    """All agencies' statements of a month, by the agency's code."""
    query = select(Statement).where(Statement.world_id == unit.world_id, Statement.month == month).join(Agency)
    return unit.session.scalars(query.options(contains_eager(Statement.agency)).order_by(Agency.code)).all()


def agencies_to_bill(unit: Work, month: date) -> list[tuple[Agency, int]]:
    """The agencies without a statement of the month that owe something up to its end, with the sum, by code."""
    end = (month + timedelta(days=31)).replace(day=1)
    sums = unbilled_sums(unit, vietnam_instant(end, time()))
    drawn = months_drawn(unit, list(sums))
    owing = [agency_id for agency_id, own in sums.items() if month not in drawn[agency_id] and sum(own.values()) != 0]
    agencies = unit.session.scalars(select(Agency).where(Agency.id.in_(owing)).order_by(Agency.code))
    return [(agency, sum(sums[agency.id].values())) for agency in agencies]


def statements_after(unit: Work, agency_id: UUID, after: int, limit: int) -> Sequence[Statement]:
    """An agency's statements beyond a position, the oldest first: positions are given under its lock, so none is
    skipped by a page that was read meanwhile."""
    query = (
        select(Statement)
        .where(
            Statement.world_id == unit.world_id,
            Statement.agency_id == agency_id,
            Statement.position > min(after, LAST_POSITION),
        )
        .options(joinedload(Statement.agency))
        .order_by(Statement.position)
        .limit(limit)
    )
    return unit.session.scalars(query).all()


def statements_so_far(unit: Work, agency_id: UUID) -> int:
    """How many statements the agency has in this unit's world."""
    query = select(func.count()).where(Statement.world_id == unit.world_id, Statement.agency_id == agency_id)
    return unit.session.scalar(query) or 0


def statement_lines(unit: Work, statement: Statement) -> Sequence[StatementLine]:
    """A statement's lines with their items, prices and corrections, in order."""
    query = (
        select(StatementLine)
        .where(StatementLine.statement_id == statement.id)
        .options(
            joinedload(StatementLine.item),
            selectinload(StatementLine.quote),
            selectinload(StatementLine.correction).joinedload(Correction.quote),
        )
        .order_by(StatementLine.position)
    )
    return unit.session.scalars(query).all()


def invoice_of(unit: Work, statement: Statement) -> Receipt:
    """A statement's one invoice."""
    return unit.session.scalars(select(Receipt).where(Receipt.statement_id == statement.id)).one()


def _month(at: "InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime]") -> ColumnElement[date]:
    """The first day of the month, in Viet Nam."""
    # The zone and the unit are written out: a parameter would make the grouped expression another one.
    local = func.timezone(literal_column("'Asia/Ho_Chi_Minh'"), at)
    return cast(func.date_trunc(literal_column("'month'"), local), Date)


def _open_quote(before: datetime) -> ColumnElement[bool]:
    stands = select(StatementLine.quote_id).where(StatementLine.quote_id == Quote.id).exists()
    return and_(Quote.frozen_at < before, Quote.due_from_agency != 0, ~stands)


def _open_correction(before: datetime) -> ColumnElement[bool]:
    stands = select(StatementLine.correction_id).where(StatementLine.correction_id == Correction.id).exists()
    return and_(Correction.made_at < before, Correction.due_from_agency != 0, ~stands)


def receipts_of(unit: Work, item_id: UUID) -> Sequence[tuple[Receipt, str | None]]:
    """An item's receipts and invoices in the order of their issue, each with the way in which it was paid."""
    query = (
        select(Receipt, Payment.method)
        .join(Payment, Payment.id == Receipt.payment_id, isouter=True)
        .where(Receipt.item_id == item_id)
        .options(joinedload(Receipt.adjusts))
        .order_by(Receipt.issued_at, Receipt.number)
    )
    return [(receipt, method) for receipt, method in unit.session.execute(query)]
