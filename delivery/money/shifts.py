"""Cash in couriers' hands: what each carries, and the close that counts it and puts it into the office's till."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Select, or_, select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.ledger import Side, post
from delivery.money.tills import dong, refuse_sum
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.money import Payment, PaymentKind
from delivery.store.staff import Courier, Staff
from delivery.store.treasury import Shift
from delivery.store.work import Work


class VarianceReason(StrEnum):
    """Why the cash counted is not the cash expected."""

    MISCOUNTED = "miscounted"
    WRONG_CHANGE = "wrong_change"
    COUNTERFEIT = "counterfeit"
    LOST = "lost"
    STOLEN = "stolen"
    FOUND_LATER = "found_later"
    UNEXPLAINED = "unexplained"


_Rows = Select[UUID, str, str, PaymentKind, int, datetime]

OF_SHORTAGE: Final = frozenset(VarianceReason) - {VarianceReason.FOUND_LATER}
OF_SURPLUS: Final = frozenset(
    {
        VarianceReason.MISCOUNTED,
        VarianceReason.WRONG_CHANGE,
        VarianceReason.FOUND_LATER,
        VarianceReason.UNEXPLAINED,
    }
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One payment that a courier carries, in đồng."""

    number: str
    kind: PaymentKind
    amount: int
    taken_at: datetime


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The cash in one courier's hand, the oldest payment first."""

    courier_id: UUID
    name: str
    payments: tuple[Taken, ...]

    def __post_init__(self) -> None:
        if not self.payments:
            raise ValueError(f"Courier {self.name} carries nothing: there is nothing to show.")

    @property
    def postage(self) -> int:
        """The post's own money."""
        return sum(each.amount for each in self.payments if each.kind is PaymentKind.POSTAGE)

    @property
    def agency_fee(self) -> int:
        """The agencies' money."""
        return sum(each.amount for each in self.payments if each.kind is PaymentKind.AGENCY_FEE)

    @property
    def total(self) -> int:
        """What should be in the purse."""
        return self.postage + self.agency_fee

    @property
    def items(self) -> int:
        """For how many items it was taken."""
        return len({each.number for each in self.payments})

    @property
    def since(self) -> datetime:
        """When the oldest of it was taken."""
        return self.payments[0].taken_at


def carried(unit: Work, *, office_id: UUID) -> tuple[Carried, ...]:
    """The couriers of an office who have cash in hand, by name; who has none is left out."""
    return _by_courier(unit, _open_payments(unit).where(Courier.office_id == office_id))


def in_hand(unit: Work, *, courier_id: UUID) -> Carried | None:
    """What one courier carries; None for nothing."""
    found = _by_courier(unit, _open_payments(unit).where(Courier.id == courier_id))
    return found[0] if found else None


def close(
    unit: Work,
    *,
    courier_id: UUID,
    office_id: UUID,
    counted: int,
    reason: VarianceReason | None = None,
    owner: UUID | None = None,
    expected: int | None = None,
) -> Shift:
    """The courier hands in everything taken since the last close; it was counted to `counted` đồng.

    `expected` is the sum that the clerk was shown, refused when it no longer holds. A difference needs a `reason`;
    `owner` (a courier or a member of staff of the office) answers for it, the courier when nobody is named. The
    agencies' fees go into the till whole: a difference is the post's. What the courier takes meanwhile stays open.
    Raises NotFound for another office's courier, Invalid for what cannot be, Refused in words.
    """
    refuse_sum(counted, "/counted")
    courier = _courier_locked(unit, courier_id, office_id)
    payments = _open_locked(unit, courier_id)
    name = courier.staff.display_name
    if not payments:
        raise Refused(
            "nothing-to-close",
            vi=f"{name} không giữ tiền nào chưa nộp: ca đã được chốt, hoặc chưa thu gì.",
            en=f"{name} carries no cash: the shift was closed already, or nothing was taken.",
        )
    postage = sum(each.amount for each in payments if each.kind is PaymentKind.POSTAGE)
    fee = sum(each.amount for each in payments if each.kind is PaymentKind.AGENCY_FEE)
    if expected is not None and expected != postage + fee:
        raise Refused(
            "cash-changed",
            vi=f"{name} đã thu thêm tiền trong lúc đếm: hãy đếm lại.",
            en=f"{name} took more meanwhile: count again.",
            facts={"shown": expected, "expected": postage + fee},
        )
    variance = counted - postage - fee
    if variance:
        reason = _fitting(reason, variance)
        owner = _answering(unit, owner or courier_id, office_id)
    shift = Shift(
        id=new_id(),
        world_id=unit.world_id,
        courier_id=courier_id,
        office_id=office_id,
        day=unit.today,
        postage=postage,
        agency_fee=fee,
        counted=counted,
        variance=variance,
        reason=reason if variance else None,
        owner_id=owner if variance else None,
        closed_by=unit.actor,
        closed_at=unit.now,
    )
    unit.session.add(shift)
    unit.session.flush()
    for each in payments:
        each.shift_id = shift.id
    _post_close(unit, shift)
    unit.session.flush()
    return shift


def closed_on(unit: Work, *, office_id: UUID, day: date) -> Sequence[tuple[Shift, str]]:
    """The closes of an office's day with their couriers' names, the latest first."""
    query = (
        select(Shift, Staff.display_name)
        .join(Courier, Courier.id == Shift.courier_id)
        .join(Staff, Staff.id == Courier.staff_id)
        .where(Shift.office_id == office_id, Shift.day == day, Shift.world_id == unit.world_id)
        .order_by(Shift.closed_at.desc(), Shift.id.desc())
    )
    return [(shift, name) for shift, name in unit.session.execute(query)]


def shift_named(unit: Work, *, shift_id: UUID, office_id: UUID) -> tuple[Shift, tuple[Taken, ...]]:
    """One close of the office with the payments that it took over; NotFound for another office's."""
    query = select(Shift).where(Shift.id == shift_id, Shift.office_id == office_id, Shift.world_id == unit.world_id)
    shift = unit.session.scalars(query).one_or_none()
    if shift is None:
        raise NotFound(
            "shift-not-found",
            vi="Bưu cục này không có lần chốt ca đó.",
            en="This office has no such close of a shift.",
        )
    rows = unit.session.execute(
        select(Item.number, Payment.kind, Payment.amount, Payment.taken_at)
        .join(Item, Item.id == Payment.item_id)
        .where(Payment.shift_id == shift_id)
        .order_by(Payment.taken_at, Payment.id)
    )
    return shift, tuple(
        Taken(number=number, kind=kind, amount=amount, taken_at=at) for number, kind, amount, at in rows
    )


def called(unit: Work, people: Iterable[UUID]) -> dict[UUID, str]:
    """What colleagues call couriers and staff, by the id of either."""
    ids = set(people)
    couriers = select(Courier.id, Staff.display_name).join(Staff, Staff.id == Courier.staff_id)
    names = dict(unit.session.execute(couriers.where(Courier.id.in_(ids))).all())
    names.update(unit.session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))).all())
    return names


def _post_close(unit: Work, shift: Shift) -> None:
    drawer = Side(Account.TILL, shift.office_id)
    for book, amount in ((LedgerBook.POSTAGE, shift.postage), (LedgerBook.AGENCY_FEE, shift.agency_fee)):
        post(
            unit,
            book,
            PostingKind.SHIFT_CLOSED,
            debit=drawer,
            credit=Side(Account.COURIER, shift.courier_id),
            amount=amount,
            key=f"shift:{shift.id}:{book}",
        )
    if shift.owner_id is not None:
        post(
            unit,
            LedgerBook.POSTAGE,
            PostingKind.VARIANCE,
            debit=drawer,
            credit=Side(Account.VARIANCE, shift.owner_id),
            amount=shift.variance,
            key=f"variance:{shift.id}",
        )


def _courier_locked(unit: Work, courier_id: UUID, office_id: UUID) -> Courier:
    """The second of two closes waits here; payments do not: their foreign key only shares the row's key."""
    query = select(Courier).where(Courier.id == courier_id, Courier.office_id == office_id)
    courier = unit.session.scalars(query.with_for_update(of=Courier, key_share=True)).one_or_none()
    if courier is None:
        raise NotFound(
            "courier-not-found",
            vi="Bưu cục này không có bưu tá đó. Mở lại trang Tiền.",
            en="This office has no such courier. Open the cash page again.",
        )
    return courier


def _open_locked(unit: Work, courier_id: UUID) -> Sequence[Payment]:
    return unit.session.scalars(
        select(Payment)
        .join(Item, Item.id == Payment.item_id)
        .where(Payment.courier_id == courier_id, Payment.shift_id.is_(None), Item.world_id == unit.world_id)
        .order_by(Payment.id)
        .with_for_update(of=Payment)
        .execution_options(populate_existing=True)
    ).all()


def _open_payments(unit: Work) -> _Rows:
    return (
        select(Courier.id, Staff.display_name, Item.number, Payment.kind, Payment.amount, Payment.taken_at)
        .join(Payment, Payment.courier_id == Courier.id)
        .join(Staff, Staff.id == Courier.staff_id)
        .join(Item, Item.id == Payment.item_id)
        .where(Payment.shift_id.is_(None), Item.world_id == unit.world_id)
        .order_by(Staff.display_name, Courier.id, Payment.taken_at, Payment.id)
    )


def _by_courier(unit: Work, query: _Rows) -> tuple[Carried, ...]:
    found: dict[tuple[UUID, str], list[Taken]] = {}
    for courier_id, name, number, kind, amount, taken_at in unit.session.execute(query):
        taken = Taken(number=number, kind=kind, amount=amount, taken_at=taken_at)
        found.setdefault((courier_id, name), []).append(taken)
    return tuple(
        Carried(courier_id=courier_id, name=name, payments=tuple(taken)) for (courier_id, name), taken in found.items()
    )


def _fitting(reason: VarianceReason | None, variance: int) -> VarianceReason:
    lacking, size = variance < 0, abs(variance)
    if reason is None:
        raise Refused(
            "variance-unexplained",
            vi=f"{'Thiếu' if lacking else 'Thừa'} {dong(size)} đ: ghi lý do và người chịu trách nhiệm, hoặc đếm lại.",
            en=f"{size:,} VND {'are missing' if lacking else 'too many'}: give a reason and an owner, or count again.",
            facts={"variance": variance},
        )
    if reason not in (OF_SHORTAGE if lacking else OF_SURPLUS):
        raise Invalid(
            "reason-does-not-fit",
            vi=f"Lý do này không giải thích được việc {'thiếu' if lacking else 'thừa'} tiền.",
            en=f"This reason does not explain a {'shortage' if lacking else 'surplus'}.",
            pointer="/reason",
            facts={"reason": str(reason)},
        )
    return reason


def _answering(unit: Work, owner: UUID, office_id: UUID) -> UUID:
    """A courier of the office or one of its staff; an administrator may take it upon themselves anywhere."""
    if unit.actor == f"staff:{owner}":
        return owner
    query = select(Staff.id).join(Courier, Courier.staff_id == Staff.id, isouter=True)
    here = or_(Staff.office_id == office_id, Courier.office_id == office_id)
    known = unit.session.scalars(query.where(or_(Courier.id == owner, Staff.id == owner), here)).first()
    if known is None:
        raise Invalid(
            "owner-unknown",
            vi="Người chịu trách nhiệm phải là người của bưu cục này.",
            en="Who answers for the difference must be of this office.",
            pointer="/owner",
        )
    return owner
