"""What a claim rests on and what it does to the books: facts read, price corrected, money owed and paid out.

What is taken off the price is a correction of it, posted like any other, so that quote and ledger keep step; the part
that the addressee had paid, the compensation and the agency's fee are then owed to the addressee on REFUNDS.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from delivery.errors import Refused
from delivery.money import receipts
from delivery.money.charging import FORGONE, paid_for_postage, standing
from delivery.money.correcting import OF_CLAIM, amend
from delivery.money.ledger import Side, post
from delivery.money.tills import till_locked
from delivery.rules.calendar import vietnam_day
from delivery.rules.compensation import Decision, Facts
from delivery.rules.compensation_terms import ClaimKind
from delivery.rules.states import State
from delivery.store.claims import Claim
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, PostingKind
from delivery.store.money import CorrectionReason
from delivery.store.queries.billing import locked_agency
from delivery.store.queries.claims import day_delivered, day_reached, fees_collected
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from tariffs.book import Payer
from tariffs.lines import Line, Quote
from tariffs.money import Dong, out_of_gross, split

_OF_FAILURE: Final = tuple(f"{OF_CLAIM}{kind}" for kind in (ClaimKind.LOST, ClaimKind.DAMAGED, ClaimKind.DELAYED))


def facts_of(unit: Work, item: Item, claim: Claim) -> Facts:
    """What decides a claim: the item's story and its money as they are now, and what was seen when it was opened."""
    row = quote_of(unit, item.id)
    price = None if row is None or row.frozen_at is None else standing(row)
    kept, remitted = fees_collected(unit, item.id)
    return Facts(
        lost=item.state is State.LOST,
        accepted=None if item.accepted_at is None else vietnam_day(item.accepted_at),
        due_day=item.due_day,
        reached=day_reached(unit, item.id),
        delivered=day_delivered(unit, item.id),
        charged={} if price is None else {payer: max(0, price.owed_by(payer)) for payer in Payer},
        charge=0 if price is None else max(0, sum(line.gross for line in price.lines if not _of_failure(line))),
        paid=max(0, paid_for_postage(unit, item)),
        written_off=item.state in FORGONE,
        fee_kept=kept,
        fee_remitted=remitted,
        damage_percent=claim.damage_percent,
        right_price=claim.right_price,
    )


def _of_failure(line: Line) -> bool:
    return line.code.startswith(_OF_FAILURE)


def settle(unit: Work, item: Item, claim: Claim, decision: Decision) -> str:
    """Take what was decided off the price and owe the addressee what leaves the post; names what settled it.

    Paid postage that goes back gets its adjusting invoice at once: a later price may be invoiced before it is paid out.

    The caller holds the item's lock and calls once for a claim.
    """
    settled_by = _take_off(unit, item, claim, decision)
    for book, debit, amount, key in (
        (LedgerBook.POSTAGE, Side(Account.ADDRESSEE), decision.refund, "claimed"),
        (LedgerBook.POSTAGE, Side(Account.COMPENSATION), decision.compensation, "compensated"),
        (LedgerBook.AGENCY_FEE, Side(Account.PAYABLE, item.agency_id), decision.agency_fee, "fee-claimed"),
    ):
        post(
            unit,
            book,
            PostingKind.CLAIMED,
            debit=debit,
            credit=Side(Account.REFUNDS),
            amount=amount,
            key=f"{key}:{claim.id}",
            item=item,
        )
    if decision.refund:
        receipts.adjust(unit, item, gross=decision.refund)
    return settled_by


def promise_back(unit: Work, item: Item, claim: Claim) -> None:
    """What was overpaid is agreed on: postage that was paid leaves its invoice, by an adjusting one.

    What the bank received beyond it never had an invoice. The caller holds the item's lock and calls once for a claim.
    """
    if claim.transfer_id is None:
        receipts.adjust(unit, item, gross=claim.refund)


def lock_fees(unit: Work, item: Item) -> None:
    """Until the unit ends no list of the agency's fees is drawn: one cannot be listed and given back at once."""
    locked_agency(unit, item.agency_id)


def _take_off(unit: Work, item: Item, claim: Claim, decision: Decision) -> str:
    """Take what is given back off the price, payer by payer; names the correction."""
    row = quote_of(unit, item.id)
    if row is None or not any(decision.given_back.values()):
        return f"claim:{claim.id}"
    price = standing(row)
    source = decision.steps[0].source
    lines = tuple(
        line
        for payer, amount in decision.given_back.items()
        if amount
        for line in _lines_off(price, payer, amount, claim.kind, source)
    )
    then = replace(price, lines=(*price.lines, *lines))
    reason = CorrectionReason.PRICE_ERROR if claim.kind is ClaimKind.PRICE_ERROR else CorrectionReason.CLAIM
    return f"correction:{amend(unit, item, row, lines, standing_then=then, reason=reason).id}"


def _lines_off(price: Quote, payer: Payer, amount: int, kind: ClaimKind, source: str) -> list[Line]:
    """Lines that take `amount` off what a payer owes: reversals where that is all, else one for each VAT rate."""
    own = [line for line in price.lines if line.payer is payer]
    if amount == price.owed_by(payer):
        return [replace(line.reversal(), code=f"{OF_CLAIM}{kind}.{line.code}") for line in own]
    rates = sorted({line.vat_rate for line in own}, key=str)
    sums = [max(0, sum(line.gross for line in own if line.vat_rate == rate)) for rate in rates]
    vi, en = _OFF[kind]
    off = []
    for rate, gross in zip(rates, split(Dong(amount), sums), strict=True):
        net, vat = out_of_gross(Dong(-gross), rate)
        line = Line(
            code=f"{OF_CLAIM}{kind}",
            rule="compensation",
            source=source,
            payer=payer,
            words_vi=vi,
            words_en=en,
            net=net,
            vat=vat,
            gross=Dong(-gross),
            vat_rate=rate,
        )
        off.append(line)
    return [line for line in off if line.gross]


_OFF: Final = {
    ClaimKind.LOST: ("Hoàn cước: bưu gửi bị mất", "Refund: the item was lost"),
    ClaimKind.DAMAGED: ("Hoàn cước: bưu gửi hư hỏng", "Refund: the item was damaged"),
    ClaimKind.DELAYED: ("Hoàn cước: phát chậm", "Refund: the item was late"),
    ClaimKind.PRICE_ERROR: ("Hoàn cước: tính sai cước", "Refund: the price was wrong"),
}


def pay_out(unit: Work, item: Item, claim: Claim, office_id: UUID | None) -> None:
    """Pay an approved claim, once: out of the till of `office_id`, or by the bank without one.

    Refused when the till holds less than is to be paid. The caller holds the item's lock.
    """
    giver = Side(Account.BANK) if office_id is None else Side(Account.TILL, office_id)
    amounts = {LedgerBook.POSTAGE: claim.refund + claim.compensation, LedgerBook.AGENCY_FEE: claim.agency_fee}
    if office_id is not None:
        held = till_locked(unit, office_id)
        there = {LedgerBook.POSTAGE: held.postage, LedgerBook.AGENCY_FEE: held.agency_fee}
        if any(amount and amount > there[book] for book, amount in amounts.items()):
            raise Refused(
                "till-too-low",
                vi="Két của bưu cục không đủ tiền để chi khoản này. Hãy chi qua ngân hàng.",
                en="The office's till does not hold enough for this. Pay through the bank.",
                facts={"postage": held.postage, "agency_fee": held.agency_fee},
            )
    for book, amount in amounts.items():
        post(
            unit,
            book,
            PostingKind.PAID_OUT,
            debit=Side(Account.REFUNDS),
            credit=giver,
            amount=amount,
            key=f"paid-out:{claim.id}:{book}",
            item=item,
        )
