"""What is given back and compensated when an item is lost, damaged or late, or was priced wrongly. Whole đồng.

Two things are kept apart: what is taken off the price (`given_back`, by who owes it) and the money that then leaves the
post: the addressee's `refund`, the `compensation` on top, and the agency's fee where the post still has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from delivery.rules.compensation_terms import ClaimKind, Part, Terms, months_after
from tariffs.book import Payer
from tariffs.money import Dong, Rate, Rounding, share, split, written

_WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an item when a claim is decided.

    `charged` is the price as it stands, by who owes it, VAT included; `charge` what the carriage cost before anything
    was given back for its failure. `paid` is what the addressee paid for it, less what went back already;
    `written_off`: what they have not paid is not asked of them any more. `reached` is the day on which the post first
    brought the item to its addressee or told them to collect it. The agency's fee that was collected is either
    `fee_kept` by the post still or `fee_remitted`. `damage_percent` (1-100) and `right_price` (of all payers, VAT
    included) are what a person saw.
    """

    lost: bool
    accepted: date | None
    due_day: date | None
    reached: date | None
    delivered: date | None
    charged: Mapping[Payer, int]
    charge: int
    paid: int
    written_off: bool
    fee_kept: int = 0
    fee_remitted: int = 0
    damage_percent: int | None = None
    right_price: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "charged", MappingProxyType({payer: self.charged.get(payer, 0) for payer in Payer}))
        amounts = (*self.charged.values(), self.charge, self.paid, self.fee_kept, self.fee_remitted)
        if min(amounts) < 0:
            raise ValueError(f"Nothing charged, paid or collected is below 0 đ: {amounts}.")
        if self.damage_percent is not None and not 1 <= self.damage_percent <= _WHOLE:
            raise ValueError(f"A damage is 1 to 100 percent, not {self.damage_percent}.")
        if self.right_price is not None and self.right_price < 0:
            raise ValueError(f"A right price is not below 0 đ: {self.right_price}.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a decision in words, with the amount that it comes to and the source that it rests on."""

    code: str
    vi: str
    en: str
    amount: int
    source: str

    def words(self, language: str) -> str:
        """The step in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a claim leads to. `pay_by` holds if it is agreed to on the day it was decided."""

    kind: ClaimKind
    given_back: Mapping[Payer, int]
    refund: int
    compensation: int
    agency_fee: int
    steps: tuple[Step, ...]
    answer_by: date
    pay_by: date

    def __post_init__(self) -> None:
        object.__setattr__(self, "given_back", MappingProxyType(dict(self.given_back)))
        amounts = (*self.given_back.values(), self.refund, self.compensation, self.agency_fee)
        if min(amounts) < 0:
            raise ValueError(f"A decision takes nothing from its claimant: {amounts}.")
        if self.refund > self.given_back[Payer.ADDRESSEE]:
            raise ValueError(f"A refund of {self.refund} đ exceeds what the addressee's price fell by.")

    @property
    def payable(self) -> int:
        """The money that leaves the post."""
        return self.refund + self.compensation + self.agency_fee

    def as_json(self) -> dict[str, object]:
        """Plain JSON values; `steps_of` reads the steps back."""
        return {
            "kind": str(self.kind),
            "given_back": {str(payer): amount for payer, amount in self.given_back.items()},
            "refund": self.refund,
            "compensation": self.compensation,
            "agency_fee": self.agency_fee,
            "steps": [
                {"code": s.code, "vi": s.vi, "en": s.en, "amount": s.amount, "source": s.source} for s in self.steps
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why nothing is due, in words for who asked. `code` is stable."""

    code: str
    vi: str
    en: str


def steps_of(document: Mapping[str, object] | None) -> tuple[Step, ...]:
    """The steps of a decision as it was kept; none where a program proposed it without any."""
    steps = (document or {}).get("steps", [])
    if not isinstance(steps, list):
        raise TypeError(f"The steps of a decision are a list, not {steps!r}.")
    return tuple(Step(**step) for step in steps)


def decide(kind: ClaimKind, facts: Facts, terms: Terms, *, asked: date | None, today: date) -> Decision | Refusal:
    """Decide a claim of `kind` by `terms`; `asked` is the day of the complaint, None when the post found it itself.

    Both days are Vietnam's. Raises ValueError for OVERPAID, which is owed without a decision.
    """
    late = None if asked is None else too_late(kind, facts, terms, asked)
    if late is not None:
        return late
    match kind:
        case ClaimKind.LOST:
            found = _loss(facts, terms)
        case ClaimKind.DAMAGED:
            found = _damage(facts, terms)
        case ClaimKind.DELAYED:
            found = _delay(facts, terms, today)
        case ClaimKind.PRICE_ERROR:
            found = _price(facts, terms)
        case ClaimKind.OVERPAID:
            raise ValueError("What was overpaid is owed back whole: there is nothing to decide.")
    if isinstance(found, Refusal):
        return found
    given_back, compensation, fee, steps = found
    if not any(given_back.values()) and not compensation and not fee:
        return Refusal(
            code="nothing-charged",
            vi="Bưu gửi này không bị tính cước nên không có gì để hoàn hay bồi thường.",
            en="Nothing was charged for this item, so there is nothing to give back or to compensate.",
        )
    return Decision(
        kind=kind,
        given_back=given_back,
        refund=_refund(facts, given_back[Payer.ADDRESSEE]),
        compensation=compensation,
        agency_fee=fee,
        steps=steps,
        answer_by=terms.answer_by(today if asked is None else asked),
        pay_by=terms.pay_by(today),
    )


def claim_until(kind: ClaimKind, facts: Facts, terms: Terms) -> date | None:
    """The last day on which this may be claimed; None while its time has not begun.

    Loss and delay run from the day promised, or else from the acceptance; damage and price from the hand-over.
    """
    promised = facts.due_day or facts.accepted
    start = promised if kind in (ClaimKind.LOST, ClaimKind.DELAYED) else facts.delivered
    return None if start is None else months_after(start, terms.claim_months[kind])


def too_late(kind: ClaimKind, facts: Facts, terms: Terms, asked: date) -> Refusal | None:
    """The refusal for a complaint that came after its time, or None."""
    until = claim_until(kind, facts, terms)
    if until is None or asked <= until:
        return None
    return Refusal(
        code="too-late",
        vi=f"Đã hết thời hạn khiếu nại: hạn là ngày {until:%d/%m/%Y} ({terms.sources[Part.TIME]}).",
        en=f"The time to complain is over: it ended on {until:%Y-%m-%d} ({terms.sources[Part.TIME]}).",
    )


_Found = tuple[dict[Payer, int], int, int, tuple[Step, ...]]


def _loss(facts: Facts, terms: Terms) -> _Found | Refusal:
    if not facts.lost:
        return Refusal(
            code="not-lost",
            vi="Bưu gửi chưa được kết luận là mất. Hãy mở xác minh sự cố trước.",
            en="The item has not been found lost. Open an inquiry first.",
        )
    given_back = _whole_charge(facts)
    steps = [_refund_step(facts, terms, given_back), _loss_step(facts, terms)]
    if facts.fee_kept:
        steps.append(
            Step(
                code="agency-fee",
                vi=f"Trả lại lệ phí đã thu hộ cơ quan mà bưu điện chưa chuyển: {written(facts.fee_kept)}.",
                en=f"The agency's fee, collected and not passed on yet, goes back: {written(facts.fee_kept)}.",
                amount=facts.fee_kept,
                source=terms.sources[Part.AGENCY_FEE],
            )
        )
    if facts.fee_remitted:
        steps.append(
            Step(
                code="agency-fee-remitted",
                vi=f"Lệ phí {written(facts.fee_remitted)} đã chuyển cho cơ quan: người nộp hỏi cơ quan về khoản này.",
                en=f"The fee of {written(facts.fee_remitted)} is with the agency already: it answers for that money.",
                amount=0,
                source=terms.sources[Part.AGENCY_FEE],
            )
        )
    return given_back, terms.loss_multiple * facts.charge, facts.fee_kept, tuple(steps)


def _damage(facts: Facts, terms: Terms) -> _Found | Refusal:
    percent = facts.damage_percent
    if percent is None:
        return Refusal(
            code="damage-unknown",
            vi="Hãy ghi mức hư hại, từ 1 đến 100 %.",
            en="Say how much is damaged, from 1 to 100 %.",
        )
    # The claimant's đồng: what does not divide is rounded up.
    amount = int(share(terms.loss_multiple * facts.charge, Rate(percent * 100), rounding=Rounding.UP))
    step = Step(
        code="damage",
        vi=f"Hư hại {percent} %: bồi thường {percent} % của {terms.loss_multiple} lần cước "
        f"{written(facts.charge)}: {written(amount)}.",
        en=f"Damaged by {percent} %: {percent} % of {terms.loss_multiple} times the charge of "
        f"{written(facts.charge)}: {written(amount)}.",
        amount=amount,
        source=terms.sources[Part.DAMAGE],
    )
    if percent < _WHOLE:
        return dict.fromkeys(Payer, 0), amount, 0, (step,)
    given_back = _whole_charge(facts)
    return given_back, amount, 0, (_refund_step(facts, terms, given_back), step)


def _delay(facts: Facts, terms: Terms, today: date) -> _Found | Refusal:
    if facts.due_day is None:
        return Refusal(
            code="no-promised-day",
            vi="Bưu gửi này không có ngày hẹn trả nên không tính được chậm bao lâu.",
            en="No day was promised for this item, so it cannot be late.",
        )
    # A visit that failed through no fault of the post's was in time; what followed was not its doing.
    end = facts.reached or today
    days = (end - facts.due_day).days
    percent = terms.delay_percent(days)
    if not percent:
        return Refusal(
            code="not-late",
            vi=f"Chưa chậm đến mức được hoàn cước: hẹn {facts.due_day:%d/%m/%Y}, bưu điện phát đến "
            f"{end:%d/%m/%Y}; được hoàn khi chậm từ {terms.delay_steps[0].days} ngày.",
            en=f"Not late enough for a refund: promised for {facts.due_day:%Y-%m-%d}, brought on {end:%Y-%m-%d}; "
            f"refunds begin at {terms.delay_steps[0].days} days.",
        )
    given_back = {
        payer: int(share(amount, Rate(percent * 100), rounding=Rounding.UP)) for payer, amount in facts.charged.items()
    }
    if facts.written_off:
        given_back[Payer.ADDRESSEE] = min(given_back[Payer.ADDRESSEE], facts.paid)
    total = sum(given_back.values())
    step = Step(
        code="delay",
        vi=f"Chậm {days} ngày so với ngày hẹn {facts.due_day:%d/%m/%Y}: hoàn {percent} % cước: {written(total)}.",
        en=f"{days} days later than promised for {facts.due_day:%Y-%m-%d}: {percent} % of the charge goes back: "
        f"{written(total)}.",
        amount=total,
        source=terms.sources[Part.DELAY],
    )
    return given_back, 0, 0, (step,)


def _price(facts: Facts, terms: Terms) -> _Found | Refusal:
    standing = sum(facts.charged.values())
    if facts.right_price is None:
        return Refusal(
            code="right-price-unknown",
            vi="Hãy ghi cước đúng ra phải thu, tính bằng đồng.",
            en="Say what the right price is, in đồng.",
        )
    if facts.right_price >= standing:
        return Refusal(
            code="not-too-much",
            vi=f"Cước đã tính {written(standing)} không cao hơn cước đúng {written(facts.right_price)}.",
            en=f"The price of {written(standing)} is not above the right one of {written(facts.right_price)}.",
        )
    difference = standing - facts.right_price
    payers = list(facts.charged)
    # In proportion to what each owes, no payer gets back more than they owe.
    parts = split(Dong(difference), [facts.charged[payer] for payer in payers])
    given_back = {payer: int(part) for payer, part in zip(payers, parts, strict=True)}
    if facts.written_off:
        given_back[Payer.ADDRESSEE] = min(given_back[Payer.ADDRESSEE], facts.paid)
    step = Step(
        code="price",
        vi=f"Cước đã tính {written(standing)}, đúng ra {written(facts.right_price)}: "
        f"hoàn phần chênh lệch {written(sum(given_back.values()))}.",
        en=f"Charged {written(standing)}, rightly {written(facts.right_price)}: "
        f"the difference of {written(sum(given_back.values()))} goes back.",
        amount=sum(given_back.values()),
        source=terms.sources[Part.PRICE],
    )
    return given_back, 0, 0, (step,)


def _whole_charge(facts: Facts) -> dict[Payer, int]:
    """All of the price; of the addressee's share what they paid, where the rest was never collected."""
    given_back = dict(facts.charged)
    if facts.written_off:
        given_back[Payer.ADDRESSEE] = min(given_back[Payer.ADDRESSEE], facts.paid)
    return given_back


def _refund(facts: Facts, given_back: int) -> int:
    """What the addressee then has paid too much; what they had not paid yet is simply not asked of them."""
    if facts.written_off:
        return min(given_back, facts.paid)
    return min(given_back, max(0, facts.paid - (facts.charged[Payer.ADDRESSEE] - given_back)))


def _refund_step(facts: Facts, terms: Terms, given_back: Mapping[Payer, int]) -> Step:
    total = sum(given_back.values())
    return Step(
        code="refund",
        vi=f"Hoàn cước đã tính: {written(total)}, trong đó người nhận đã trả "
        f"{written(_refund(facts, given_back[Payer.ADDRESSEE]))}.",
        en=f"The charge goes back: {written(total)}, of which the addressee paid "
        f"{written(_refund(facts, given_back[Payer.ADDRESSEE]))}.",
        amount=total,
        source=terms.sources[Part.REFUND],
    )


def _loss_step(facts: Facts, terms: Terms) -> Step:
    amount = terms.loss_multiple * facts.charge
    return Step(
        code="loss",
        vi=f"Bồi thường mất bưu gửi: {terms.loss_multiple} lần cước {written(facts.charge)}: {written(amount)}.",
        en=f"Compensation for the loss: {terms.loss_multiple} times the charge of {written(facts.charge)}: "
        f"{written(amount)}.",
        amount=amount,
        source=terms.sources[Part.LOSS],
    )
