"""Refunds and compensation: a claim is opened, decided by the terms, approved by a second person, and paid once."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.settling import facts_of, lock_fees, pay_out, promise_back, settle
from delivery.rules.calendar import vietnam_day
from delivery.rules.compensation import Decision, Refusal, decide
from delivery.rules.compensation_terms import CLAIMED, ClaimKind, Terms
from delivery.rules.states import State
from delivery.store.base import new_id
from delivery.store.claims import Claim, ClaimState
from delivery.store.items import Item
from delivery.store.queries.claims import claims_of, terms_on
from delivery.store.queries.items import locked
from delivery.store.work import Work

MOST_WORDS: Final = 500
_REFERENCE_LENGTH: Final = 80
_MOST_PRICE: Final = 10**9
_PERSON: Final = "staff:"


def open_claim(
    unit: Work,
    item: Item,
    kind: ClaimKind,
    *,
    damage_percent: int | None = None,
    right_price: int | None = None,
) -> Claim:
    """Take a claim in, for somebody who complains today. The caller holds the item's lock.

    `damage_percent` (1-100) says how much is damaged, `right_price` what the carriage should have cost all payers
    together. Refused in words when nothing can come of it: too late, not lost, not late, claimed before. Raises
    Invalid for amounts that cannot be.
    """
    _check_seen(kind, damage_percent, right_price)
    _refuse_second(unit, item, kind)
    claim = _new(unit, item, kind)
    claim.damage_percent, claim.right_price = damage_percent, right_price
    found = _decided(unit, item, claim)
    if isinstance(found, Refusal):
        raise _refused(found, item)
    claim.answer_by = found.answer_by
    unit.session.add(claim)
    unit.session.flush()
    return claim


def open_for_loss(unit: Work, item: Item) -> Claim | None:
    """The item was just found lost: its claim opens by itself, so that nobody has to complain.

    None where it is there already, and where nothing was charged or collected. The caller holds the item's lock.
    """
    if item.accepted_at is None or _standing_claim(unit, item, ClaimKind.LOST) is not None:
        return None
    claim = _new(unit, item, ClaimKind.LOST)
    found = _decided(unit, item, claim)
    if isinstance(found, Refusal):
        return None
    claim.answer_by = found.answer_by
    unit.session.add(claim)
    unit.session.flush()
    return claim


def preview(unit: Work, claim: Claim) -> Decision | Refusal | None:
    """What the terms say of a claim now; None for what was overpaid, and once the claim is settled."""
    if claim.kind is ClaimKind.OVERPAID or claim.state not in (ClaimState.OPEN, ClaimState.PROPOSED):
        return None
    return _decided(unit, claim.item, claim)


def propose(unit: Work, claim_id: UUID, *, damage_percent: int | None = None, right_price: int | None = None) -> Claim:
    """Decide a claim by the terms, as its facts are now, and propose that to another person.

    What was seen may be put right by `damage_percent` or `right_price`. A proposal may be made anew until it is
    approved. Refused in words when nothing is due any more, and for what was overpaid, which is proposed already.
    """
    claim, item = _locked(unit, claim_id)
    _must_be(claim, item, ClaimState.OPEN, ClaimState.PROPOSED)
    if claim.kind is ClaimKind.OVERPAID:
        raise Refused(
            "overpaid-is-owed",
            vi="Tiền thừa phải trả lại toàn bộ: không có gì để tính, chỉ cần duyệt.",
            en="What was overpaid is owed back whole: there is nothing to decide, only to approve.",
        )
    percent = claim.damage_percent if damage_percent is None else damage_percent
    price = claim.right_price if right_price is None else right_price
    _check_seen(claim.kind, percent, price)
    claim.damage_percent, claim.right_price = percent, price
    claim.proposed_by, claim.proposed_at = unit.actor, unit.now
    decision = _decided(unit, item, claim)
    if isinstance(decision, Refusal):
        raise _refused(decision, item)
    claim.state = ClaimState.PROPOSED
    _keep(claim, decision)
    unit.session.flush()
    return claim


def approve(unit: Work, claim_id: UUID) -> Claim:
    """Agree, as another person than the proposer: the price is corrected and what is due is owed from now on.

    What the addressee had paid for the carriage gets an adjusting invoice. Refused when the facts are no longer those
    of the proposal: it must be made anew. A claim that leaves nothing to pay out, since an agency bears the price, is
    settled at once.
    """
    claim, item = _locked(unit, claim_id)
    _must_be(claim, item, ClaimState.PROPOSED)
    if claim.proposed_by == unit.actor:
        raise Refused(
            "second-person",
            vi="Người đề nghị không được tự duyệt. Nhờ một quản trị viên khác duyệt.",
            en="Whoever proposed it cannot approve it. Ask another administrator.",
        )
    settled_by = None
    if claim.kind is ClaimKind.OVERPAID:
        promise_back(unit, item, claim)
    else:
        settled_by = _settled(unit, item, claim)
    claim.approved_by, claim.approved_at = unit.actor, unit.now
    claim.state = ClaimState.APPROVED
    claim.pay_by = _terms(unit, item)[1].pay_by(unit.today)
    if settled_by is not None:
        claim.state, claim.paid_reference = ClaimState.PAID, settled_by
        claim.paid_by, claim.paid_at = unit.actor, unit.now
    unit.session.flush()
    return claim


def reject(unit: Work, claim_id: UUID, *, why: str) -> Claim:
    """Turn a claim down, with a reason that its claimant reads.

    Refused for what was overpaid, which is nobody's but the payer's, and once it was approved.
    """
    claim, item = _locked(unit, claim_id)
    _must_be(claim, item, ClaimState.OPEN, ClaimState.PROPOSED)
    if claim.kind is ClaimKind.OVERPAID:
        raise Refused(
            "overpaid-is-owed",
            vi="Tiền thừa là của người trả: phải trả lại, không từ chối được.",
            en="What was overpaid belongs to whoever paid it: it must go back and cannot be turned down.",
        )
    words = " ".join(why.split())
    if not 1 <= len(words) <= MOST_WORDS:
        raise Invalid(
            "reason-missing",
            vi=f"Hãy ghi lý do từ chối, không quá {MOST_WORDS} ký tự; người khiếu nại sẽ đọc lý do này.",
            en=f"Say why, in {MOST_WORDS} characters at most; the claimant will read it.",
            pointer="/why",
        )
    claim.state, claim.why = ClaimState.REJECTED, words
    unit.session.flush()
    return claim


def pay(unit: Work, claim_id: UUID, *, reference: str, office_id: UUID | None = None) -> Claim:
    """Record that an approved claim was paid: by the till of `office_id`, or by the bank without one.

    `reference` is the bank's, or the number of the till's paper. Refused when the till has less than that, and for one
    person alone where a program proposed it.
    """
    claim, item = _locked(unit, claim_id)
    _must_be(claim, item, ClaimState.APPROVED)
    named = reference.strip()
    if not 1 <= len(named) <= _REFERENCE_LENGTH:
        raise Invalid(
            "reference-missing",
            vi="Hãy ghi số tham chiếu của ngân hàng hoặc số phiếu chi.",
            en="Give the bank's reference or the number of the till's paper.",
            pointer="/reference",
        )
    if not (claim.proposed_by or "").startswith(_PERSON) and claim.approved_by == unit.actor:
        raise Refused(
            "second-person",
            vi="Khoản này do hệ thống đề nghị và chính bạn đã duyệt: nhờ một người khác ghi nhận chi trả.",
            en="A program proposed this and you approved it: ask another person to record the payment.",
        )
    pay_out(unit, item, claim, office_id)
    claim.state, claim.paid_reference, claim.office_id = ClaimState.PAID, named, office_id
    claim.paid_by, claim.paid_at = unit.actor, unit.now
    unit.session.flush()
    return claim


def claim_of(unit: Work, claim_id: UUID) -> Claim:
    """A claim of this unit's world; NotFound in words otherwise."""
    claim = unit.session.get(Claim, claim_id)
    if claim is None or claim.world_id != unit.world_id:
        raise NotFound(
            "claim-not-found",
            vi="Không có hồ sơ hoàn tiền, bồi thường này. Mở lại danh sách.",
            en="There is no such claim. Open the list again.",
        )
    return claim


def _locked(unit: Work, claim_id: UUID) -> tuple[Claim, Item]:
    """The claim and its item, both locked; the item first, as everywhere."""
    item = locked(unit, claim_of(unit, claim_id).item_id)
    query = select(Claim).where(Claim.id == claim_id).with_for_update(of=Claim)
    return unit.session.scalars(query.execution_options(populate_existing=True)).one(), item


def _must_be(claim: Claim, item: Item, *states: ClaimState) -> None:
    if claim.state not in states:
        vi, en = _SINCE[claim.state]
        raise Refused(
            "claim-moved-on",
            vi=f"Hồ sơ về bưu gửi {item.number} {vi}.",
            en=f"The claim about item {item.number} {en}.",
            facts={"number": item.number, "state": str(claim.state)},
        )


_SINCE: Final = {
    ClaimState.OPEN: ("chưa có đề nghị: hãy đề nghị trước", "has no proposal yet: propose first"),
    ClaimState.PROPOSED: ("chưa được duyệt", "is not approved yet"),
    ClaimState.APPROVED: ("đã được duyệt rồi", "is approved already"),
    ClaimState.PAID: ("đã chi trả xong", "is paid already"),
    ClaimState.REJECTED: ("đã bị từ chối", "was rejected"),
}


def _new(unit: Work, item: Item, kind: ClaimKind) -> Claim:
    return Claim(
        id=new_id(),
        world_id=item.world_id,
        item_id=item.id,
        kind=kind,
        state=ClaimState.OPEN,
        opened_by=unit.actor,
        opened_at=unit.now,
        refund=0,
        compensation=0,
        agency_fee=0,
        terms_version=_terms(unit, item)[0],
    )


def _standing_claim(unit: Work, item: Item, kind: ClaimKind) -> Claim | None:
    rows = claims_of(unit, item.id)
    return next((row for row in rows if row.kind is kind and row.state is not ClaimState.REJECTED), None)


def _refuse_second(unit: Work, item: Item, kind: ClaimKind) -> None:
    if kind not in CLAIMED:
        raise Invalid(
            "claim-kind",
            vi="Tiền thừa được hệ thống tự ghi nhận, không cần khiếu nại.",
            en="What was overpaid is noticed by itself and need not be claimed.",
            pointer="/kind",
        )
    if _standing_claim(unit, item, kind) is not None:
        raise Refused(
            "claimed-before",
            vi=f"Bưu gửi {item.number} đã có hồ sơ về việc này. Hãy xem hồ sơ đó.",
            en=f"There is a claim about this for item {item.number} already. Look at that one.",
            facts={"number": item.number, "kind": str(kind)},
        )


def _check_seen(kind: ClaimKind, damage_percent: int | None, right_price: int | None) -> None:
    if kind is ClaimKind.DAMAGED and (damage_percent is None or not 1 <= damage_percent <= 100):
        raise Invalid(
            "damage-percent",
            vi="Hãy ghi mức hư hại, từ 1 đến 100 %.",
            en="Say how much is damaged, from 1 to 100 %.",
            pointer="/damage_percent",
        )
    if kind is ClaimKind.PRICE_ERROR and (right_price is None or not 0 <= right_price <= _MOST_PRICE):
        raise Invalid(
            "right-price",
            vi="Hãy ghi cước đúng ra phải thu, tính bằng đồng.",
            en="Say what the right price is, in đồng.",
            pointer="/right_price",
        )


def _refused(refusal: Refusal, item: Item) -> Refused:
    return Refused(refusal.code, vi=refusal.vi, en=refusal.en, facts={"number": item.number})


def _terms(unit: Work, item: Item) -> tuple[str, Terms]:
    """The terms that were in force when the post accepted the item."""
    return terms_on(unit, unit.today if item.accepted_at is None else vietnam_day(item.accepted_at))


def _decided(unit: Work, item: Item, claim: Claim) -> Decision | Refusal:
    """By the day of its proposal once there is one, so that its approval decides the same."""
    day = unit.today if claim.proposed_at is None else vietnam_day(claim.proposed_at)
    asked = vietnam_day(claim.opened_at) if claim.opened_by.startswith(_ASKING) else None
    if claim.kind is ClaimKind.LOST and item.state is State.LOST:
        # The post found it lost: nobody can have been too late to say so.
        asked = None
    return decide(claim.kind, facts_of(unit, item, claim), _terms(unit, item)[1], asked=asked, today=day)


_ASKING: Final = (_PERSON, "client:", "citizen:")


def _keep(claim: Claim, decision: Decision) -> None:
    claim.refund, claim.compensation, claim.agency_fee = decision.refund, decision.compensation, decision.agency_fee
    claim.decision = decision.as_json()


def _settled(unit: Work, item: Item, claim: Claim) -> str | None:
    """Correct the price and owe what was proposed; says what settled it when nothing is left to pay out."""
    lock_fees(unit, item)
    decision = _decided(unit, item, claim)
    if isinstance(decision, Refusal) or decision.as_json() != claim.decision:
        raise Refused(
            "facts-changed",
            vi=f"Từ khi đề nghị, bưu gửi {item.number} đã có thay đổi nên kết quả tính khác đi: hãy đề nghị lại.",
            en=f"Item {item.number} has changed since the proposal, and so has what is due: propose it anew.",
            facts={"number": item.number},
        )
    settled_by = settle(unit, item, claim, decision)
    return None if decision.payable else settled_by
