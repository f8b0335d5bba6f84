"""Money that arrives at the bank: each credit is kept once, and pays what its payer meant, or waits for a person.

A transfer is the live world's: nobody pays real money for a sandbox. What the payer wrote is sealed under a data key of
its own, since people write names there; the transfer's id is its subject's.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.charging import Due, Taker, due_at_door, take_payment
from delivery.money.ledger import Side, post
from delivery.money.matching import GIVEN_BACK, TAKEN, Why, fit, meant, named, unfit
from delivery.money.refunds import owe_back
from delivery.rules.transfers import Notice
from delivery.store.billing import Statement
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.people import Subject
from delivery.store.queries.items import locked
from delivery.store.treasury import BankTransfer, TransferState
from delivery.store.work import Work
from delivery.vault import Reason, Vault

_log = structlog.stdlib.get_logger("delivery.banking")
_CONTENT: Final = "bank_transfers.content"


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a notice. `number` is the item's or statement's that it names; `fresh` unless told before."""

    transfer_id: UUID
    state: TransferState
    number: str | None
    why: Why | None
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What assigning a transfer to a number would do. `due` is what is owed now, in đồng, both moneys together."""

    number: str
    why: Why
    due: int
    item: Item | None
    statement: Statement | None

    @property
    def fits(self) -> bool:
        """Whether it may be assigned."""
        return self.why in TAKEN


def receive(unit: Work, notice: Notice, *, told_by: str) -> Received:
    """Keep a credit that the bank tells of, once by its reference, and let it pay what its payer meant.

    `told_by` is "hook" or "statement". The same credit told again changes nothing; the same reference with another
    amount is Refused `reference-reused`. What fits nothing waits for a person, with the reason.
    """
    transfer = _kept(unit, notice, told_by)
    if transfer is None:
        return _told_before(unit, notice)
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.BANK_RECEIVED,
        debit=Side(Account.BANK),
        credit=Side(Account.SUSPENSE),
        amount=notice.amount,
        key=f"bank:{transfer.id}",
    )
    target = meant(unit, notice.content)
    if isinstance(target, Why):
        transfer.why = target
    else:
        why = fit(unit, transfer.amount, target)
        if why in TAKEN:
            _settle(unit, transfer, target, why)
        else:
            transfer.why = why
            if isinstance(target, Item) and why is not Why.NOT_LIVE:
                transfer.item_id = target.id
    unit.session.flush()
    return _received(unit, transfer, fresh=True)


def foreseen(unit: Work, transfer: BankTransfer, number: str) -> Foreseen:
    """What `assign` would do with that number. NotFound when nothing bears it."""
    target = named(unit, number)
    why = fit(unit, transfer.amount, target)
    if isinstance(target, Statement):
        due = 0 if target.paid_at else target.gross
        return Foreseen(number=target.number, why=why, due=due, item=None, statement=target)
    return Foreseen(number=target.number, why=why, due=due_at_door(unit, target).total, item=target, statement=None)


def assign(unit: Work, transfer_id: UUID, number: str) -> Received:
    """A person says what a waiting transfer is for: an item's or a statement's number.

    It pays what is due; what is too much, or all when it was paid before, becomes a refund due. Refused in words when
    the sum is too little or nothing may be taken for it; `transfer-settled` when somebody decided before.
    """
    transfer = _waiting(unit, transfer_id)
    target = named(unit, number)
    why = fit(unit, transfer.amount, target)
    if why not in TAKEN:
        raise unfit(unit, transfer.amount, target, why)
    _settle(unit, transfer, target, why)
    unit.session.flush()
    return _received(unit, transfer, fresh=False)


def give_back(unit: Work, transfer_id: UUID, why: Why) -> Received:
    """A person decides that a waiting transfer goes back, whole.

    One that named an item becomes a refund due of that item, which two people settle; any other is owed to its sender
    until a second person records with `sent_back` that the bank returned it.
    """
    if why not in GIVEN_BACK:
        raise ValueError(f"{why} is no reason to give money back.")
    transfer = _waiting(unit, transfer_id)
    if transfer.item_id is not None:
        _owe_all_back(unit, transfer, locked(unit, transfer.item_id), why)
    else:
        post(
            unit,
            LedgerBook.POSTAGE,
            PostingKind.CLAIMED,
            debit=Side(Account.SUSPENSE),
            credit=Side(Account.REFUNDS),
            amount=transfer.amount,
            key=f"claimed:{transfer.id}",
        )
        _decided(unit, transfer, TransferState.REFUND, why)
    unit.session.flush()
    return _received(unit, transfer, fresh=False)


def sent_back(unit: Work, transfer_id: UUID, bank_reference: str) -> None:
    """A second person records that the bank returned a transfer that named no item, with that payment's reference."""
    reference = bank_reference.strip()
    if not 1 <= len(reference) <= 80 or not reference.isprintable():
        raise Invalid(
            "bank-reference",
            vi="Ghi số tham chiếu của lệnh chuyển trả, tối đa 80 ký tự.",
            en="Give the reference of the payment that returned it, up to 80 characters.",
            pointer="/bank_reference",
        )
    transfer = _locked(unit, transfer_id)
    if transfer.state is not TransferState.REFUND or transfer.item_id is not None:
        raise Refused(
            "transfer-not-owed-back",
            vi="Khoản này không chờ chuyển trả cho người gửi ở đây.",
            en="This transfer is not one that waits here to be returned to its sender.",
        )
    if transfer.returned_at is not None:
        raise Refused(
            "transfer-sent-back", vi="Khoản này đã được chuyển trả.", en="This transfer was returned already."
        )
    if transfer.settled_by == unit.actor:
        raise Refused(
            "two-persons",
            vi="Người quyết định trả lại không được tự ghi nhận đã trả. Nhờ một quản trị viên khác.",
            en="Whoever decided to give it back cannot record that it was done. Ask another administrator.",
        )
    post(
        unit,
        LedgerBook.POSTAGE,
        PostingKind.PAID_OUT,
        debit=Side(Account.REFUNDS),
        credit=Side(Account.BANK),
        amount=transfer.amount,
        key=f"paid_out:{transfer.id}",
    )
    transfer.returned_reference, transfer.returned_by, transfer.returned_at = reference, unit.actor, unit.now
    unit.session.flush()


def reused() -> Refused:
    """The refusal of a reference that comes again with another amount."""
    return Refused(
        "reference-reused",
        vi="Số tham chiếu này đã được báo với một số tiền khác. Khoản đã ghi được giữ nguyên; hãy hỏi ngân hàng.",
        en="This reference was told before with another amount. What was kept stays as it is; ask the bank.",
    )


def content_of(unit: Work, transfer: BankTransfer) -> str:
    """What the payer wrote; the opening is recorded. Refused when it was erased."""
    subject = unit.session.get_one(Subject, transfer.id)
    return Vault.of(unit).open(subject, _CONTENT, transfer.id, transfer.content, reason=Reason.REVIEW)


def _kept(unit: Work, notice: Notice, told_by: str) -> BankTransfer | None:
    """The new row, or None when the reference is known; a copy told at the same instant is waited for."""
    session, vault = unit.session, Vault.of(unit)
    if session.scalar(select(BankTransfer.id).where(BankTransfer.bank_reference == notice.bank_reference)):
        return None
    with session.no_autoflush:
        payer = vault.enrol()
        made = session.scalar(
            insert(BankTransfer)
            .values(
                id=payer.id,
                bank_reference=notice.bank_reference,
                amount=notice.amount,
                content=vault.seal(payer, _CONTENT, payer.id, notice.content),
                paid_at=notice.paid_at,
                told_by=told_by,
                received_at=unit.now,
                state=TransferState.WAITING,
            )
            .on_conflict_do_nothing(index_elements=[BankTransfer.bank_reference])
            .returning(BankTransfer.id)
        )
        if made is None:
            session.expunge(payer)
            return None
    return session.get_one(BankTransfer, made)


def _told_before(unit: Work, notice: Notice) -> Received:
    query = select(BankTransfer).where(BankTransfer.bank_reference == notice.bank_reference)
    transfer = unit.session.scalars(query).one()
    if transfer.amount != notice.amount:
        _log.warning("a bank's reference came again with another amount", transfer=str(transfer.id))
        raise reused()
    return _received(unit, transfer, fresh=False)


def _settle(unit: Work, transfer: BankTransfer, target: Item | Statement, why: Why) -> None:
    if isinstance(target, Statement):
        target.paid_at = unit.now
        transfer.item_id, transfer.statement_id = None, target.id
        post(
            unit,
            LedgerBook.POSTAGE,
            PostingKind.MATCHED,
            debit=Side(Account.SUSPENSE),
            credit=Side(Account.AGENCY, target.agency_id),
            amount=transfer.amount,
            key=f"matched:{transfer.id}",
        )
        _decided(unit, transfer, TransferState.MATCHED, why)
    elif why is Why.PAID_ALREADY:
        _owe_all_back(unit, transfer, target, why)
    else:
        transfer.item_id = target.id
        taken = take_payment(unit, target, taker=Taker(transfer_id=transfer.id))
        _owe_rest_back(unit, transfer, target, taken, why)
        _decided(unit, transfer, TransferState.MATCHED, why)


def _owe_rest_back(unit: Work, transfer: BankTransfer, item: Item, taken: Due, why: Why) -> None:
    if rest := transfer.amount - taken.total:
        owe_back(unit, item, rest, since=Account.SUSPENSE, transfer_id=transfer.id, why=why)


def _owe_all_back(unit: Work, transfer: BankTransfer, item: Item, why: Why) -> None:
    transfer.item_id = item.id
    owe_back(unit, item, transfer.amount, since=Account.SUSPENSE, transfer_id=transfer.id, why=why)
    _decided(unit, transfer, TransferState.REFUND, why)


def _decided(unit: Work, transfer: BankTransfer, state: TransferState, why: Why) -> None:
    transfer.state, transfer.why = state, why
    transfer.settled_by, transfer.settled_at = unit.actor, unit.now


def _received(unit: Work, transfer: BankTransfer, *, fresh: bool) -> Received:
    number: str | None = None
    if transfer.statement_id is not None:
        number = unit.session.get_one(Statement, transfer.statement_id).number
    elif transfer.item_id is not None:
        number = unit.session.get_one(Item, transfer.item_id).number
    why = None if transfer.why is None else Why(transfer.why)
    return Received(transfer_id=transfer.id, state=transfer.state, number=number, why=why, fresh=fresh)


def _locked(unit: Work, transfer_id: UUID) -> BankTransfer:
    query = select(BankTransfer).where(BankTransfer.id == transfer_id)
    found = unit.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("transfer-not-found", vi="Không có khoản báo có này.", en="There is no such transfer.")
    return found


def _waiting(unit: Work, transfer_id: UUID) -> BankTransfer:
    transfer = _locked(unit, transfer_id)
    if transfer.state is not TransferState.WAITING:
        raise Refused(
            "transfer-settled",
            vi="Khoản này đã được xử lý. Tải lại trang để xem kết quả.",
            en="This transfer was settled already. Reload the page to see how.",
        )
    return transfer
