"""Cash in offices' tills, and its way into the bank.

Only the live world's tills go to the bank: a deposit belongs to no test client's world.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Invalid, Refused
from delivery.money.ledger import Side, balance, post
from delivery.store.base import new_id
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.offices import Office
from delivery.store.queries.shelves import office_named
from delivery.store.treasury import Deposit
from delivery.store.work import Work

MOST: Final = 10**12
"""More đồng than any till holds: what is above was typed wrongly."""
_SLIP_LENGTH: Final = 80


@dataclass(frozen=True, kw_only=True)
class Till:
    """What an office's till holds of each book, in đồng.

    The agencies' fees are always whole, so a shortage may leave the post's part below 0: the post owes it to the till.
    """

    postage: int
    agency_fee: int

    @property
    def total(self) -> int:
        """The notes in the drawer."""
        return self.postage + self.agency_fee


def till(unit: Work, office_id: UUID) -> Till:
    """What the office's till holds, book by book."""
    side = Side(Account.TILL, office_id)
    return Till(postage=balance(unit, LedgerBook.POSTAGE, side), agency_fee=balance(unit, LedgerBook.AGENCY_FEE, side))


def till_locked(unit: Work, office_id: UUID) -> Till:
    """`till`, with the right to take out of it until the unit ends; money may still come in meanwhile.

    Whoever takes cash out of a till calls this first. Raises NotFound for an unknown office.
    """
    office_named(unit, office_id)
    # Not FOR UPDATE: every payment's foreign key would wait for it.
    unit.session.execute(select(Office.id).where(Office.id == office_id).with_for_update(key_share=True))
    return till(unit, office_id)


def deposit(unit: Work, *, office_id: UUID, postage: int, agency_fee: int, slip: str) -> Deposit:
    """Cash of the till was paid into the bank; `slip` is the number on the bank's paper.

    The same slip with the same sums acts once. Raises Invalid for sums or a slip that cannot be, Refused when the till
    does not hold as much of a book, or when the slip stands for other sums.
    """
    for amount, pointer in ((postage, "/postage"), (agency_fee, "/agency_fee")):
        refuse_sum(amount, pointer)
    if not postage + agency_fee:
        raise Invalid(
            "nothing-deposited", vi="Hãy ghi số tiền đã nộp.", en="Say how much was paid in.", pointer="/postage"
        )
    number = _slip(slip)
    held = till_locked(unit, office_id)
    known = unit.session.scalars(
        select(Deposit).where(Deposit.office_id == office_id, Deposit.slip == number)
    ).one_or_none()
    if known is not None:
        if (known.postage, known.agency_fee) == (postage, agency_fee):
            return known
        raise Refused(
            "slip-known",
            vi=f"Giấy nộp tiền {number} đã được ghi với số tiền khác. Kiểm tra lại số trên giấy.",
            en=f"Slip {number} is recorded with other sums. Check the number on the paper.",
            facts={"slip": number, "postage": known.postage, "agency_fee": known.agency_fee},
        )
    if postage > max(0, held.postage) or agency_fee > held.agency_fee or postage + agency_fee > held.total:
        raise Refused(
            "till-too-small",
            vi=f"Két chỉ có {dong(held.postage)} đ cước và {dong(held.agency_fee)} đ lệ phí: không nộp quá số đó.",
            en=f"The till holds {held.postage:,} VND of postage and {held.agency_fee:,} VND of fees: no more can go.",
            facts={"postage": held.postage, "agency_fee": held.agency_fee},
        )
    made = Deposit(
        id=new_id(),
        office_id=office_id,
        day=unit.today,
        postage=postage,
        agency_fee=agency_fee,
        slip=number,
        made_by=unit.actor,
        made_at=unit.now,
    )
    unit.session.add(made)
    for book, amount in ((LedgerBook.POSTAGE, postage), (LedgerBook.AGENCY_FEE, agency_fee)):
        post(
            unit,
            book,
            PostingKind.DEPOSITED,
            debit=Side(Account.BANK),
            credit=Side(Account.TILL, office_id),
            amount=amount,
            key=f"deposited:{made.id}:{book}",
        )
    unit.session.flush()
    return made


def refuse_sum(amount: int, pointer: str) -> None:
    """Raise Invalid for a sum of cash below nothing or above any till's."""
    if not 0 <= amount < MOST:
        raise Invalid(
            "sum-impossible",
            vi=f"Số tiền {dong(amount)} đ không thể đúng.",
            en=f"The sum {amount:,} VND cannot be right.",
            pointer=pointer,
        )


def _slip(text: str) -> str:
    number = " ".join(text.split()).upper()
    if not number or len(number) > _SLIP_LENGTH or not number.isprintable():
        raise Invalid(
            "slip-unreadable",
            vi=f"Hãy ghi số giấy nộp tiền của ngân hàng, không quá {_SLIP_LENGTH} ký tự.",
            en=f"Give the number on the bank's slip, at most {_SLIP_LENGTH} characters.",
            pointer="/slip",
        )
    return number


def dong(amount: int) -> str:
    """Whole đồng as a Vietnamese sentence writes them: 31.000."""
    return f"{amount:,}".replace(",", ".")
