"""What a citizen reads of a claim for money back: what was decided, how much, and until when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from delivery.rules.compensation import Step
from delivery.rules.compensation_terms import ClaimKind, Part, Terms
from delivery.store.claims import ClaimState
from tracking.words import Words, dong, plain_day

TITLES: Mapping[ClaimKind, Words] = MappingProxyType(
    {
        ClaimKind.LOST: Words(vi="Bồi thường mất bưu gửi", en="Compensation for the loss"),
        ClaimKind.DAMAGED: Words(vi="Bồi thường hư hỏng", en="Compensation for the damage"),
        ClaimKind.DELAYED: Words(vi="Hoàn cước vì phát chậm", en="Refund for the delay"),
        ClaimKind.PRICE_ERROR: Words(vi="Hoàn cước vì tính sai", en="Refund for a wrong price"),
        ClaimKind.OVERPAID: Words(vi="Trả lại tiền thừa", en="Return of what you overpaid"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A claim as its addressee may know it. Amounts in đồng; `steps` only once they are agreed on."""

    kind: ClaimKind
    state: ClaimState
    refund: int
    compensation: int
    agency_fee: int
    answer_by: date
    pay_by: date | None
    paid_on: date | None
    why: str | None
    steps: tuple[Step, ...]

    @property
    def total(self) -> int:
        """What the addressee gets."""
        return self.refund + self.compensation + self.agency_fee

    @property
    def title(self) -> Words:
        """What it is about."""
        return TITLES[self.kind]

    @property
    def parts(self) -> tuple[tuple[Words, int], ...]:
        """What the total is made of; nothing while it is not agreed on, or is of one part."""
        if self.state not in (ClaimState.APPROVED, ClaimState.PAID):
            return ()
        named = (
            (Words(vi="Hoàn cước đã trả", en="Refund of what you paid"), self.refund),
            (Words(vi="Bồi thường", en="Compensation"), self.compensation),
            (Words(vi="Trả lại lệ phí của cơ quan", en="The agency's fee"), self.agency_fee),
        )
        found = tuple((words, amount) for words, amount in named if amount)
        return found if len(found) > 1 else ()

    def sentences(self, office: str | None) -> tuple[Words, ...]:
        """How the claim stands, the most pressing first; `office` is where its addressee may come for the money."""
        match self.state:
            case ClaimState.OPEN | ClaimState.PROPOSED:
                return (self._considered(),)
            case ClaimState.APPROVED:
                return self._due(office)
            case ClaimState.PAID:
                return (self._done(),)
            case ClaimState.REJECTED:
                return self._rejected()

    def _considered(self) -> Words:
        answer = plain_day(self.answer_by)
        if self.kind is ClaimKind.OVERPAID:
            amount = dong(self.refund)
            return Words(
                vi=f"Bạn đã trả thừa {amount.vi}. Bưu điện sẽ trả lại và báo cho bạn chậm nhất {answer.vi}.",
                en=f"You paid {amount.en} too much. We will return it and tell you by {answer.en}.",
            )
        return Words(
            vi=f"Bưu điện đang xem xét và trả lời bạn chậm nhất {answer.vi}.",
            en=f"We are looking into it and will answer you by {answer.en}.",
        )

    def _due(self, office: str | None) -> tuple[Words, ...]:
        amount = dong(self.total)
        until = None if self.pay_by is None else plain_day(self.pay_by)
        by_vi, by_en = ("", "") if until is None else (f", chậm nhất {until.vi}", f" by {until.en}")
        place_vi, place_en = office or "bưu cục phát", office or "the delivery office"
        return (
            Words(vi=f"Bạn được nhận {amount.vi}{by_vi}.", en=f"You will receive {amount.en}{by_en}."),
            Words(
                vi=f"Mang giấy tờ tùy thân và mã bưu gửi đến {place_vi} để nhận tiền mặt hoặc cho số tài khoản. "
                "Bưu điện không hỏi số tài khoản qua tin nhắn hay điện thoại.",
                en=f"Bring your identity document and the item's code to {place_en} to get cash or to give an account. "
                "We never ask for an account by text or telephone.",
            ),
        )

    def _done(self) -> Words:
        if not self.total:
            return Words(
                vi="Cước của bưu gửi đã được giảm; không có khoản nào phải trả lại cho bạn.",
                en="The price of the item was lowered; there is nothing to be paid out to you.",
            )
        amount, day = dong(self.total), None if self.paid_on is None else plain_day(self.paid_on)
        on_vi, on_en = ("", "") if day is None else (f" vào {day.vi}", f" on {day.en}")
        return Words(vi=f"Bưu điện đã trả {amount.vi}{on_vi}.", en=f"We paid {amount.en}{on_en}.")

    def _rejected(self) -> tuple[Words, ...]:
        if self.kind is ClaimKind.OVERPAID:
            return (
                Words(
                    vi="Sau đó cước của bưu gửi tăng, nên khoản trả thừa đã được trừ vào cước.",
                    en="The price of the item rose afterwards, so what you overpaid was counted towards it.",
                ),
            )
        why = self.why or ""
        return (
            Words(vi=f"Bưu điện không chấp nhận khiếu nại: {why}", en=f"The post did not accept the claim: {why}"),
            Words(
                vi="Nếu không đồng ý, bạn có quyền yêu cầu giải quyết tranh chấp (Luật Bưu chính 2010, Điều 38).",
                en="If you disagree, you may ask for the dispute to be settled (Postal Law 2010, art. 38).",
            ),
        )


def entitled_to(terms: Terms) -> Words:
    """What the addressee of a lost item has a right to."""
    source = terms.sources[Part.LOSS]
    return Words(
        vi=f"Khi bưu gửi bị mất, bạn được hoàn cước đã trả và bồi thường {terms.loss_multiple} lần cước, "
        f"trong {terms.pay_days} ngày từ khi có quyết định. Căn cứ: {source}.",
        en=f"When an item is lost, you get back what you paid for it and {terms.loss_multiple} times its charge, "
        f"within {terms.pay_days} days of the decision. Source: {source}.",
    )
