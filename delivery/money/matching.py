"""What a transfer is for, and whether its sum fits what is owed. Nothing is written here."""

from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from delivery.errors import Fact, NotFound, Refused
from delivery.money.asking import may_be_asked
from delivery.money.charging import due_at_door
from delivery.rules.codes import parse_s10
from delivery.rules.states import FINAL
from delivery.rules.transfers import compact, references
from delivery.store.agencies import LIVE
from delivery.store.billing import Statement
from delivery.store.items import Item
from delivery.store.queries.items import locked
from delivery.store.queries.money import paid_of, quote_of
from delivery.store.work import Work


class Why(StrEnum):
    """Why a transfer stands as it does: stable codes."""

    PAID = "paid"
    """Exactly what was due."""
    MORE_THAN_DUE = "more-than-due"
    PAID_ALREADY = "paid-already"
    NO_REFERENCE = "no-reference"
    UNKNOWN_NUMBER = "unknown-number"
    SEVERAL_REFERENCES = "several-references"
    LESS_THAN_DUE = "less-than-due"
    NOT_ASKED_FOR = "not-asked-for"
    """The item goes back, was recalled or is being looked for: what is due is not asked for now."""
    NOT_ACCEPTED = "not-accepted"
    NOTHING_DUE = "nothing-due"
    """Nothing was ever due: a waiver or the agency pays."""
    ENDED = "ended"
    """The item went back, was lost or handed over, and its addressee owes nothing."""
    NOT_LIVE = "not-live"
    STATEMENT_PAID = "statement-paid"
    STATEMENT_SUM = "statement-sum"
    NOT_FOR_US = "not-for-us"
    SENDER_ASKED = "sender-asked"
    CANNOT_TELL = "cannot-tell"


TAKEN: Final = frozenset({Why.PAID, Why.MORE_THAN_DUE, Why.PAID_ALREADY})
"""What needs no person: the sum pays, or is owed back because somebody paid before."""
GIVEN_BACK: Final = (Why.NOT_FOR_US, Why.SENDER_ASKED, Why.CANNOT_TELL)
"""The reasons that a person may give for sending a transfer back."""


def meant(unit: Work, content: str) -> Item | Statement | Why:
    """The one thing that a payer meant, or why it cannot be told."""
    found = references(content)
    items = unit.session.scalars(select(Item).where(Item.number.in_(found.items))).all() if found.items else ()
    statement = _statement(unit, found.statements)
    if len(items) + (statement is not None) > 1:
        return Why.SEVERAL_REFERENCES
    if statement is not None:
        return statement
    if items:
        return items[0]
    return Why.UNKNOWN_NUMBER if found.items or found.statements else Why.NO_REFERENCE


def named(unit: Work, number: str) -> Item | Statement:
    """What a person names by number; NotFound when nothing bears it."""
    statement = _statement(unit, (compact(number),))
    if statement is not None:
        return statement
    item = unit.session.scalars(select(Item).where(Item.number == parse_s10(number, pointer="/number"))).one_or_none()
    if item is None:
        raise NotFound(
            "number-unknown",
            vi="Không có bưu gửi hay bảng kê nào mang số này.",
            en="No item and no statement bears this number.",
        )
    return item


def fit(unit: Work, amount: int, target: Item | Statement) -> Why:
    """How `amount` đồng fit what is owed for the target, which stays locked until the unit ends."""
    if target.world_id != LIVE:
        return Why.NOT_LIVE
    if isinstance(target, Statement):
        unit.session.refresh(target, with_for_update=True)
        if target.paid_at is not None:
            return Why.STATEMENT_PAID
        return Why.PAID if target.gross == amount else Why.STATEMENT_SUM
    return _fit_item(unit, amount, locked(unit, target.id))


def unfit(unit: Work, amount: int, target: Item | Statement, why: Why) -> Refused:
    """The refusal of a person's wish that `amount` đồng be taken for the target, in words."""
    number = target.number
    due = target.gross if isinstance(target, Statement) else due_at_door(unit, target).total
    vi, en = _UNFIT[why]
    facts: dict[str, Fact] = {"number": number, "due": due, "amount": amount}
    return Refused(f"transfer-{why}", vi=vi.format(**facts), en=en.format(**facts), facts=facts)


def _statement(unit: Work, candidates: tuple[str, ...]) -> Statement | None:
    """The statement that bears the likeliest of the candidates; its number is compared without punctuation."""
    if not candidates:
        return None
    plain = func.regexp_replace(func.upper(Statement.number), "[^A-Z0-9]", "", "g")
    rows = {compact(row.number): row for row in unit.session.scalars(select(Statement).where(plain.in_(candidates)))}
    return next((rows[name] for name in candidates if name in rows), None)


def _fit_item(unit: Work, amount: int, item: Item) -> Why:
    due = due_at_door(unit, item)
    quote = quote_of(unit, item.id)
    frozen = quote is not None and quote.frozen_at is not None
    if not due.total:
        return _nothing_due(unit, item, frozen=frozen)
    if not frozen:
        return Why.NOT_ACCEPTED
    if not may_be_asked(item):
        return Why.NOT_ASKED_FOR
    if amount < due.total:
        return Why.LESS_THAN_DUE
    return Why.PAID if amount == due.total else Why.MORE_THAN_DUE


def _nothing_due(unit: Work, item: Item, *, frozen: bool) -> Why:
    if paid_of(unit, [item.id]):
        return Why.PAID_ALREADY
    if item.state in FINAL:
        return Why.ENDED
    return Why.NOTHING_DUE if frozen else Why.NOT_ACCEPTED


_UNFIT: Final = {
    Why.LESS_THAN_DUE: (
        "{number} còn phải thu {due} đồng mà khoản này chỉ có {amount} đồng. Chờ người trả chuyển đủ, hoặc trả lại.",
        "{number} still owes {due} đồng and this transfer is of {amount} only. Wait for a full one, or give it back.",
    ),
    Why.NOT_ASKED_FOR: (
        "{number} đang chuyển hoàn, bị rút lại hoặc đang xác minh: có thể không giao được, nên chưa thu {due} đồng. "
        "Chờ xác minh xong, hoặc trả lại.",
        "{number} goes back, was recalled or is being looked for, and may never be handed over: {due} đồng are not "
        "taken. Wait for the inquiry's end, or give the money back.",
    ),
    Why.NOT_ACCEPTED: (
        "{number} chưa được chấp nhận nên cước còn là ước tính: chưa thu được. Chờ bưu cục chấp nhận, hoặc trả lại.",
        "{number} is not accepted yet, so its price is an estimate. Wait until it is accepted, or give the money back.",
    ),
    Why.NOTHING_DUE: (
        "{number} không phải thu gì của người nhận. Hãy trả lại khoản này.",
        "{number} has nothing to collect from its addressee. Give the transfer back.",
    ),
    Why.ENDED: (
        "{number} đã kết thúc và không còn phải thu gì. Hãy trả lại khoản này.",
        "{number} has ended and nothing is due for it. Give the transfer back.",
    ),
    Why.NOT_LIVE: (
        "{number} thuộc môi trường thử: không nhận tiền thật. Hãy trả lại khoản này.",
        "{number} belongs to a sandbox, which takes no real money. Give the transfer back.",
    ),
    Why.STATEMENT_PAID: (
        "Bảng kê {number} đã được trả. Hãy trả lại khoản này.",
        "Statement {number} is paid already. Give the transfer back.",
    ),
    Why.STATEMENT_SUM: (
        "Bảng kê {number} là {due} đồng mà khoản này là {amount} đồng. Chỉ nhận đúng số tiền của bảng kê.",
        "Statement {number} is of {due} đồng and this transfer of {amount}. Only the exact sum pays a statement.",
    ),
}
