"""The agencies' fees go back to them: listed once, transferred by one person and recorded by another."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import update

from delivery.errors import Invalid, Refused
from delivery.money.ledger import Side, post
from delivery.store.agencies import LIVE, Agency
from delivery.store.base import new_id
from delivery.store.billing import Remittance, RemittanceLine
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.queries.billing import locked_agency
from delivery.store.queries.fees import (
    agencies_by_id,
    fee_sums,
    numbers_beginning,
    ready_fees,
    remittance_by_reference,
    remittance_lines,
    remittance_numbered,
    remittances_so_far,
)
from delivery.store.work import Work

LONGEST_REFERENCE: Final = 80


class RemittanceState(StrEnum):
    """How far a remittance is."""

    DRAWN = "drawn"
    """Listed, and the transfer not recorded yet."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """Given up before it was paid: its fees wait for another list."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Where an agency's fees are, in đồng: with couriers, ready for a list, on an unpaid list, remitted."""

    agency: Agency
    collected: int
    with_couriers: int
    ready: int
    listed: int
    remitted: int

    def __post_init__(self) -> None:
        if self.collected != self.with_couriers + self.ready + self.listed + self.remitted:
            raise ValueError(f"The fees of agency {self.agency.code} do not add up: {self}.")


@dataclass(frozen=True, kw_only=True)
class FeeLine:
    """One fee for people: whose item, taken on which of Vietnam's days, under which receipt. Names nobody."""

    position: int
    number: str
    dossier_code: str
    day: date
    receipt: str
    amount: int


def owed(unit: Work) -> list[Owed]:
    """Where the fees of each agency are that ever had one collected, by the agency's code."""
    sums = fee_sums(unit)
    return [
        Owed(
            agency=agency,
            collected=sums[agency_id].collected,
            with_couriers=sums[agency_id].with_couriers,
            ready=sums[agency_id].ready,
            listed=sums[agency_id].listed,
            remitted=sums[agency_id].remitted,
        )
        for agency_id, agency in agencies_by_id(unit, list(sums)).items()
    ]


def draw(unit: Work, *, agency_id: UUID, through: date) -> Remittance:
    """List the agency's fees that were taken up to the Vietnam day `through` and that no courier carries any more.

    Each fee stands on one list only, however many draw at once. Refused when there is none; Invalid for a day to come.
    """
    if through > unit.today:
        raise Invalid(
            "day-to-come",
            vi=f"Ngày {through:%d/%m/%Y} chưa đến: chọn đến ngày hôm nay hoặc trước đó.",
            en=f"{through:%d/%m/%Y} is yet to come: choose today or a day before.",
            pointer="/through",
        )
    agency = locked_agency(unit, agency_id)
    fees = ready_fees(unit, agency.id, through)
    if not fees:
        raise Refused(
            "nothing-to-remit",
            vi=f"Không có lệ phí nào của cơ quan {agency.code} thu đến {through:%d/%m/%Y} đang chờ chuyển trả.",
            en=f"No fee of agency {agency.code} taken up to {through:%d/%m/%Y} waits to be remitted.",
            facts={"agency": agency.code, "through": through.isoformat()},
        )
    remittance = Remittance(
        id=new_id(),
        world_id=unit.world_id,
        number=_number(unit, agency),
        agency_id=agency.id,
        position=remittances_so_far(unit, agency.id) + 1,
        through=through,
        amount=sum(fee.amount for fee in fees),
        made_by=unit.actor,
        made_at=unit.now,
        agency=agency,
        lines=[
            RemittanceLine(position=position, payment_id=fee.id, item_id=fee.item_id, amount=fee.amount)
            for position, fee in enumerate(fees, start=1)
        ],
    )
    unit.session.add(remittance)
    unit.session.flush()
    return remittance


def record_paid(unit: Work, *, number: str, bank_reference: str) -> Remittance:
    """Record that the bank transferred a remittance's sum to its agency, and post it once.

    `bank_reference` is the bank's name for the transaction; the same one sent again changes nothing. Refused to the
    person who drew the list, for a cancelled one, and for a reference that paid another.
    """
    reference = _reference(bank_reference)
    remittance = remittance_numbered(unit, number, lock=True)
    if remittance.paid_at is not None:
        if remittance.bank_reference == reference:
            return remittance
        raise _paid_already(remittance)
    _refuse_cancelled(remittance)
    if remittance.made_by == unit.actor:
        raise Refused(
            "drew-it-oneself",
            vi=f"Bảng kê {number} do chính anh/chị lập: người khác phải ghi nhận việc chuyển tiền.",
            en=f"You drew remittance {number} yourself: somebody else has to record its transfer.",
            facts={"number": number},
        )
    other = remittance_by_reference(unit, reference)
    if other is not None:
        raise Refused(
            "reference-used",
            vi=f"Mã giao dịch {reference} đã dùng cho bảng kê {other.number}: xem lại chứng từ ngân hàng.",
            en=f"The bank's reference {reference} has paid remittance {other.number}: look at the bank's paper again.",
            facts={"number": other.number},
        )
    remittance.paid_by, remittance.paid_at, remittance.bank_reference = unit.actor, unit.now, reference
    post(
        unit,
        LedgerBook.AGENCY_FEE,
        PostingKind.REMITTED,
        debit=Side(Account.PAYABLE, remittance.agency_id),
        credit=Side(Account.BANK),
        amount=remittance.amount,
        key=f"remitted:{remittance.id}",
    )
    unit.session.flush()
    return remittance


def cancel(unit: Work, *, number: str) -> Remittance:
    """Give up a remittance that is not paid: its fees wait for another list, it stays as proof. Twice is once."""
    remittance = remittance_numbered(unit, number, lock=True)
    if remittance.paid_at is not None:
        raise _paid_already(remittance)
    if remittance.cancelled_at is None:
        remittance.cancelled_by, remittance.cancelled_at = unit.actor, unit.now
        unit.session.execute(
            update(RemittanceLine).where(RemittanceLine.remittance_id == remittance.id).values(released=True)
        )
        unit.session.flush()
    return remittance


def state_of(remittance: Remittance) -> RemittanceState:
    """Drawn, paid or cancelled."""
    if remittance.cancelled_at is not None:
        return RemittanceState.CANCELLED
    return RemittanceState.DRAWN if remittance.paid_at is None else RemittanceState.PAID


def lines_of(unit: Work, remittance: Remittance) -> tuple[FeeLine, ...]:
    """A remittance's lines for a page or a paper; a cancelled one's too."""
    return tuple(
        FeeLine(
            position=line.position,
            number=line.item.number,
            dossier_code=line.item.dossier_code,
            day=line.payment.day,
            receipt=receipt,
            amount=line.amount,
        )
        for line, receipt in remittance_lines(unit, remittance)
    )


def _number(unit: Work, agency: Agency) -> str:
    """CT, the day, the agency, and which of the day it is; the agency's lock is held, so none is given twice."""
    stem = f"CT{unit.today:%Y%m%d}-{agency.code}-" + ("" if unit.world_id == LIVE else "T")
    return f"{stem}{numbers_beginning(unit, stem) + 1}"


def _reference(given: str) -> str:
    reference = " ".join(given.split())
    if not reference or len(reference) > LONGEST_REFERENCE or any(unicodedata.category(c)[0] == "C" for c in reference):
        raise Invalid(
            "bank-reference",
            vi=f"Ghi mã giao dịch của ngân hàng, một dòng, nhiều nhất {LONGEST_REFERENCE} ký tự.",
            en=f"Give the bank's reference of the transaction: one line, at most {LONGEST_REFERENCE} characters.",
            pointer="/bank_reference",
        )
    return reference


def _paid_already(remittance: Remittance) -> Refused:
    return Refused(
        "remittance-paid",
        vi=f"Bảng kê {remittance.number} đã chuyển trả, mã giao dịch {remittance.bank_reference}.",
        en=f"Remittance {remittance.number} is paid, by the bank's transaction {remittance.bank_reference}.",
        facts={"number": remittance.number, "bank_reference": remittance.bank_reference},
    )


def _refuse_cancelled(remittance: Remittance) -> None:
    if remittance.cancelled_at is not None:
        raise Refused(
            "remittance-cancelled",
            vi=f"Bảng kê {remittance.number} đã hủy: lập bảng kê mới cho các khoản lệ phí ấy.",
            en=f"Remittance {remittance.number} was cancelled: draw a new one for its fees.",
            facts={"number": remittance.number},
        )
