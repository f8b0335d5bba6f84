"""Hands an item over to a person: at the door or at the counter, with the proofs that the policy asks for."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Refused
from delivery.money.charging import Method, Taker, bill_of, take_payment
from delivery.money.shown import refuse_changed
from delivery.outbound.outbox import put_sms
from delivery.rules.calendar import vietnam_day
from delivery.rules.policy import Proof, Receiver
from delivery.rules.states import Happening
from delivery.rules.texts import Template
from delivery.store.attempts import Choice
from delivery.store.events import Event
from delivery.store.items import Holder, HolderKind, Item
from delivery.store.queries.attempts import AUTHORISED_PERSON
from delivery.store.queries.policies import receivers_of
from delivery.store.work import Work
from delivery.vault import Vault

"""The choice by which an addressee names somebody else who may receive."""

_WHO_VI = {
    Receiver.ADDRESSEE: "người nhận",
    Receiver.AUTHORISED: "người được ủy quyền",
    Receiver.HOUSEHOLD: "người cùng nhà",
}
_PROOF_VI = {
    Proof.IDENTITY: "giấy tờ tùy thân",
    Proof.AUTHORISATION: "giấy ủy quyền",
    Proof.SIGNATURE: "chữ ký",
    Proof.ONE_TIME_CODE: "mã một lần",
    Proof.PHOTO: "ảnh",
}


def hand_over(
    unit: Work,
    item: Item,
    *,
    receiver: Receiver,
    proofs: Iterable[Proof],
    receiver_name: str | None,
    paid: Method | None,
    shown: int | None = None,
    taker: Taker,
    place: UUID | None,
    at_counter: bool,
    occurred_at: datetime,
    device_at: datetime | None = None,
) -> Event:
    """Check who receives and what they owe, take the payment, and let the item be delivered.

    Who received is kept sealed; the event holds a commitment to it. Raises Refused in words: recalled before it
    happened, a receiver the policy does not know, proofs missing, money due, or the item not to be had now. Cash that
    was asked for as `shown`, in đồng, is refused when another sum is due by now.
    """
    _refuse_recalled(item, occurred_at)
    seen = set(proofs) | _authorised_before(unit, item, receiver)
    _refuse_receiver(unit, item, receiver, seen)
    bill = bill_of(unit, item)
    due = bill.due
    if paid is Method.CASH:
        refuse_changed(shown, due.total)
    if due.total:
        if paid is None:
            raise Refused(
                "payment-due",
                vi=f"Bưu gửi {item.number} còn phải thu {due.total:,} đ: thu tiền rồi mới giao.".replace(",", "."),
                en=f"{due.total:,} VND are due for item {item.number}: take the payment before handing it over.",
                facts={"number": item.number, "postage": due.postage, "agency_fee": due.agency_fee},
            )
        if paid is Method.TRANSFER:
            raise Refused(
                "transfer-not-seen",
                vi=(
                    f"Ngân hàng chưa báo có tiền cho bưu gửi {item.number}. Ảnh chụp màn hình không phải bằng chứng: "
                    "chờ báo có, thu tiền mặt, hoặc ghi lý do chưa trả tiền."
                ),
                en=(
                    f"The bank has not told of money for item {item.number}. A screenshot is no proof: "
                    "wait for its notice, take cash, or report the charge as not paid."
                ),
                facts={"number": item.number, "due": due.total},
            )
        take_payment(unit, item, taker=taker, bill=bill)
    digest = Vault.of(unit).commit_to(item.addressee.subject, item.id, "receiver", receiver_name or str(receiver))
    delivered = item.move(
        Happening.DELIVERED,
        unit.occasion(place, occurred_at=occurred_at, device_at=device_at),
        holder=Holder(HolderKind.ADDRESSEE),
        data={
            "to": "counter" if at_counter else str(receiver),
            "who": str(receiver),
            "receiver": digest,
            "proof": "+".join(sorted(seen)),
        },
    )
    # The courier stands at the door, so the confirmation may come in quiet hours: it also uncovers a false report.
    put_sms(
        unit,
        item,
        Template.DELIVERED,
        seq=delivered.seq,
        day=vietnam_day(delivered.occurred_at),
        at_door=not at_counter,
    )
    return delivered


def _refuse_recalled(item: Item, occurred_at: datetime) -> None:
    if item.recalled_at is not None and occurred_at > item.recalled_at:
        raise Refused(
            "recalled",
            vi=f"Cơ quan gửi đã rút lại bưu gửi {item.number}: không giao, mang về bưu cục.",
            en=f"Item {item.number} was recalled by its agency: do not hand it over, bring it back to the office.",
            facts={"number": item.number},
        )


def _authorised_before(unit: Work, item: Item, receiver: Receiver) -> set[Proof]:
    """An addressee who named a person on the citizen's page has authorised that person."""
    if receiver is not Receiver.AUTHORISED:
        return set()
    named = unit.session.scalars(
        select(Choice.id).where(Choice.item_id == item.id, Choice.kind == AUTHORISED_PERSON).limit(1)
    ).first()
    return {Proof.AUTHORISATION} if named is not None else set()


def _refuse_receiver(unit: Work, item: Item, receiver: Receiver, seen: set[Proof]) -> None:
    rule = next((rule for rule in receivers_of(unit, item) if rule.who is receiver), None)
    if rule is None:
        raise Refused(
            "receiver-not-allowed",
            vi=f"Bưu gửi {item.number} không giao được cho {_WHO_VI[receiver]}.",
            en=f"Item {item.number} may not be handed to: {receiver}.",
            facts={"number": item.number, "receiver": str(receiver)},
        )
    missing = [proof for proof in rule.proofs if proof not in seen]
    if missing:
        raise Refused(
            "proof-missing",
            vi=f"Chưa giao được bưu gửi {item.number}: còn thiếu {', '.join(_PROOF_VI[each] for each in missing)}.",
            en=f"Item {item.number} cannot be handed over yet; missing: {', '.join(missing)}.",
            facts={"number": item.number, "missing": "+".join(missing)},
        )
