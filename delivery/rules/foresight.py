"""How likely an item is to be handed over at its next visit, with the reasons: a scorecard, not a black box.

Each fact that speaks for or against is a sign with its points; the points add up, and twenty more double the odds.
The points are estimates until `flask foresight check` has held them against what happened (docs/foresight.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

VERSION: Final = "1"
"""Of the points below. A change of any of them is a new version: forecasts keep the one they were made by."""

BASE: Final = 40
"""The score of an item of which nothing is known that helps or hurts: four of five are handed over."""
DOUBLES: Final = 20
"""Points that double the odds."""

GO_FROM: Final = 0.70
"""From here on a visit is worth its trip."""
REVIEW_BELOW: Final = 0.35
"""Below, a person looks first."""
REVIEW_UNASKED_BELOW: Final = 0.50
"""The same where no text message can ask the addressee."""

RECENT_DAYS: Final = 90
"""How long a message's fate speaks for its phone in full."""
SURE: Final = 0.95
FAIR: Final = 0.80
OFTEN: Final = 3

IDENTITY_PAPERS: Final = frozenset({"can_cuoc", "identity_card"})
"""Agencies' codes of papers that are handed over in person and whose holders have often moved since they applied."""


class Detail(StrEnum):
    """What the address leads to within its commune; the best first."""

    HOUSE = "house"
    HAMLET = "hamlet"
    STREET = "street"
    NOTHING = "nothing"


class Phone(StrEnum):
    """What the addressee's number is good for; the best first."""

    MOBILE = "mobile"
    CALL_ONLY = "call_only"
    """A landline, a foreign number, or one whose owner wants no texts."""
    MISSING = "missing"
    WRONG = "wrong"
    """The network or its owner said that it cannot be the addressee's."""


class Receivers(StrEnum):
    """Who may be handed the item; the widest first."""

    HOUSEHOLD = "household"
    AUTHORISED = "authorised"
    ADDRESSEE = "addressee"


class Reply(StrEnum):
    """What came from the citizen since the last visit; the best first."""

    AGREED = "agreed"
    """Confirmed, or chose a day or a person."""
    READ = "read"
    """Opened the link of a message."""
    NOTHING = "nothing"


class Advice(StrEnum):
    """What to do before the trip."""

    GO = "go"
    ASK = "ask"
    """One message with the link, then go as planned: an answer can only help."""
    REVIEW = "review"
    """Somebody at the office looks: corrects the address, calls, or lets it go."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The fate of the last message to the phone whose fate is known: whether it arrived, whole `days` ago."""

    arrived: bool
    days: int

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ValueError(f"A message was settled {self.days} days ago: nothing is known of the future.")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an item before its next visit.

    `by_person`: somebody of the post said which commune the address means; else the matcher did, with `confidence`
    0 to 1 (None: not recorded), and `in_doubt` says that it would not decide so today. `located`: agency or citizen
    gave the point. `delivered_here` and `returned_here` count earlier items of this address, `calls_in_vain` those to
    this phone, `failed_visits` this item's that counted. `heard` is None where no message tells anything.
    """

    by_person: bool = False
    confidence: float | None = None
    in_doubt: bool = False
    detail: Detail = Detail.HOUSE
    located: bool = False
    phone: Phone = Phone.MOBILE
    heard: Heard | None = None
    identity_paper: bool = False
    receivers: Receivers = Receivers.AUTHORISED
    delivered_here: int = 0
    returned_here: int = 0
    calls_in_vain: int = 0
    failed_visits: int = 0
    reply: Reply = Reply.NOTHING

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError(f"The matcher's confidence is from 0 to 1, not {self.confidence}.")
        for name in ("delivered_here", "returned_here", "calls_in_vain", "failed_visits"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} counts, so it is not {getattr(self, name)}.")


class Sign(StrEnum):
    """What speaks for or against a delivery. The values are stored with forecasts: they never change their meaning."""

    PLACED_BY_PERSON = "placed_by_person"
    PLACED_FAIRLY = "placed_fairly"
    PLACED_WEAKLY = "placed_weakly"
    COMMUNE_IN_DOUBT = "commune_in_doubt"
    HAMLET_ONLY = "hamlet_only"
    STREET_ONLY = "street_only"
    NO_HOUSE = "no_house"
    POINT_GIVEN = "point_given"
    CALL_ONLY = "call_only"
    NO_PHONE = "no_phone"
    WRONG_PHONE = "wrong_phone"
    TEXT_ARRIVED = "text_arrived"
    TEXT_ARRIVED_ONCE = "text_arrived_once"
    TEXT_FAILED = "text_failed"
    TEXT_FAILED_ONCE = "text_failed_once"
    IDENTITY_PAPER = "identity_paper"
    HOUSEHOLD_RECEIVES = "household_receives"
    ADDRESSEE_ONLY = "addressee_only"
    DELIVERED_HERE = "delivered_here"
    DELIVERED_OFTEN = "delivered_often"
    RETURNED_HERE = "returned_here"
    RETURNED_OFTEN = "returned_often"
    CALL_IN_VAIN = "call_in_vain"
    CALLS_IN_VAIN = "calls_in_vain"
    VISIT_FAILED = "visit_failed"
    VISITS_FAILED = "visits_failed"
    LINK_READ = "link_read"
    AGREED = "agreed"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A row of the scorecard: a sign, its points in this version, and its words."""

    sign: Sign
    points: int
    vi: str
    en: str

    def __post_init__(self) -> None:
        if self.points == 0:
            raise ValueError(f"Sign {self.sign} has no points: what says nothing is not listed.")

    def words(self, language: str) -> str:
        """The reason in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


_S = Sign
_ROWS = (
    (_S.PLACED_BY_PERSON, 10, "Nhân viên đã xem và xác định xã, phường", "a person placed the address"),
    (_S.PLACED_FAIRLY, -10, "Máy đọc xã, phường chưa thật chắc", "the commune was read with some doubt"),
    (_S.PLACED_WEAKLY, -25, "Máy đọc xã, phường thiếu chắc chắn", "the commune was read with much doubt"),
    (_S.COMMUNE_IN_DOUBT, -25, "Địa chỉ có thể thuộc xã, phường khác", "the address may lie in another commune"),
    (_S.HAMLET_ONLY, -6, "Chỉ có thôn, ấp, tổ; không có số nhà", "a hamlet, but no house number"),
    (_S.STREET_ONLY, -10, "Chỉ có tên đường; không có số nhà", "a street, but no house number"),
    (_S.NO_HOUSE, -40, "Không có số nhà, đường hay thôn, ấp", "no house, street or hamlet"),
    (_S.POINT_GIVEN, 8, "Có vị trí do cơ quan hoặc người nhận cho", "agency or addressee gave the point on the map"),
    (_S.CALL_ONLY, -12, "Số điện thoại không nhận tin nhắn", "the phone gets no texts"),
    (_S.NO_PHONE, -25, "Không có số điện thoại", "no phone number"),
    (_S.WRONG_PHONE, -35, "Số điện thoại sai hoặc không liên lạc được", "the phone is wrong or cannot be reached"),
    (_S.TEXT_ARRIVED, 10, "Tin nhắn gần đây đã đến máy", "a recent text arrived"),
    (_S.TEXT_ARRIVED_ONCE, 4, "Tin nhắn trước đây đã đến máy", "an older text arrived"),
    (_S.TEXT_FAILED, -15, "Tin nhắn gần đây không đến máy", "a recent text did not arrive"),
    (_S.TEXT_FAILED_ONCE, -8, "Tin nhắn trước đây không đến máy", "an older text did not arrive"),
    (_S.IDENTITY_PAPER, -6, "Thẻ căn cước: người nhận hay đã chuyển chỗ", "an identity card: holders often moved"),
    (_S.HOUSEHOLD_RECEIVES, 10, "Người nhà được nhận thay", "the household may receive it"),
    (_S.ADDRESSEE_ONLY, -12, "Chỉ giao tận tay người nhận", "only the addressee may receive it"),
    (_S.DELIVERED_HERE, 12, "Đã phát được ở địa chỉ này", "this address was delivered to before"),
    (_S.DELIVERED_OFTEN, 20, "Đã phát được nhiều lần ở địa chỉ này", "this address was often delivered to"),
    (_S.RETURNED_HERE, -15, "Đã có bưu gửi của địa chỉ này phải hoàn", "an item for this address went back"),
    (_S.RETURNED_OFTEN, -30, "Nhiều bưu gửi của địa chỉ này phải hoàn", "several items for this address went back"),
    (_S.CALL_IN_VAIN, -10, "Đã gọi số này mà không được", "a call to this phone was in vain"),
    (_S.CALLS_IN_VAIN, -20, "Nhiều lần gọi số này mà không được", "several calls to this phone were in vain"),
    (_S.VISIT_FAILED, -10, "Đã đến một lần mà không phát được", "one visit has failed"),
    (_S.VISITS_FAILED, -20, "Đã đến nhiều lần mà không phát được", "several visits have failed"),
    (_S.LINK_READ, 10, "Người nhận đã mở đường link", "the addressee opened the link"),
    (_S.AGREED, 40, "Người nhận đã xác nhận hoặc chọn cách nhận", "the addressee confirmed or chose"),
)

TABLE: Final[Mapping[Sign, Reason]] = MappingProxyType(
    {sign: Reason(sign=sign, points=points, vi=vi, en=en) for sign, points, vi, en in _ROWS}
)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What is thought of the next visit: `reasons`, what speaks against it first, add up with BASE to the score."""

    reasons: tuple[Reason, ...]
    advice: Advice

    @property
    def score(self) -> int:
        """BASE and the points of every reason."""
        return BASE + sum(reason.points for reason in self.reasons)

    @property
    def likelihood(self) -> float:
        """Of a hand-over at the next visit, 0 to 1."""
        return likelihood_of(self.score)


def likelihood_of(score: int) -> float:
    """The share of items with this score that are expected to be handed over."""
    odds: float = 2.0 ** (score / DOUBLES)
    return odds / (1 + odds)


def foresee(facts: Facts) -> Forecast:
    """Weigh the facts. A better fact never lowers the likelihood."""
    reasons = tuple(sorted((TABLE[sign] for sign in _signs(facts)), key=lambda reason: reason.points))
    likelihood = likelihood_of(BASE + sum(reason.points for reason in reasons))
    return Forecast(reasons=reasons, advice=_advice(likelihood, can_ask=facts.phone is Phone.MOBILE))


def _advice(likelihood: float, *, can_ask: bool) -> Advice:
    if likelihood < (REVIEW_BELOW if can_ask else REVIEW_UNASKED_BELOW):
        return Advice.REVIEW
    return Advice.ASK if can_ask and likelihood < GO_FROM else Advice.GO


def _signs(facts: Facts) -> list[Sign]:
    """At most one sign of each kind of fact."""
    found = [
        _placing(facts),
        _S.COMMUNE_IN_DOUBT if facts.in_doubt and not facts.by_person else None,
        _DETAILS.get(facts.detail),
        _S.POINT_GIVEN if facts.located else None,
        _PHONES.get(facts.phone),
        _heard(facts.heard),
        _S.IDENTITY_PAPER if facts.identity_paper else None,
        _RECEIVERS.get(facts.receivers),
        _counted(facts.delivered_here, _S.DELIVERED_HERE, _S.DELIVERED_OFTEN, often=OFTEN),
        _counted(facts.returned_here, _S.RETURNED_HERE, _S.RETURNED_OFTEN),
        _counted(facts.calls_in_vain, _S.CALL_IN_VAIN, _S.CALLS_IN_VAIN),
        _counted(facts.failed_visits, _S.VISIT_FAILED, _S.VISITS_FAILED),
        _REPLIES.get(facts.reply),
    ]
    return [sign for sign in found if sign is not None]


_DETAILS = {Detail.HAMLET: _S.HAMLET_ONLY, Detail.STREET: _S.STREET_ONLY, Detail.NOTHING: _S.NO_HOUSE}
_PHONES = {Phone.CALL_ONLY: _S.CALL_ONLY, Phone.MISSING: _S.NO_PHONE, Phone.WRONG: _S.WRONG_PHONE}
_RECEIVERS = {Receivers.HOUSEHOLD: _S.HOUSEHOLD_RECEIVES, Receivers.ADDRESSEE: _S.ADDRESSEE_ONLY}
_REPLIES = {Reply.READ: _S.LINK_READ, Reply.AGREED: _S.AGREED}


def _placing(facts: Facts) -> Sign | None:
    if facts.by_person:
        return _S.PLACED_BY_PERSON
    if facts.confidence is None or facts.confidence >= SURE:
        return None
    return _S.PLACED_FAIRLY if facts.confidence >= FAIR else _S.PLACED_WEAKLY


def _heard(heard: Heard | None) -> Sign | None:
    if heard is None:
        return None
    recent = heard.days <= RECENT_DAYS
    if heard.arrived:
        return _S.TEXT_ARRIVED if recent else _S.TEXT_ARRIVED_ONCE
    return _S.TEXT_FAILED if recent else _S.TEXT_FAILED_ONCE


def _counted(count: int, one: Sign, several: Sign, *, often: int = 2) -> Sign | None:
    if count == 0:
        return None
    return several if count >= often else one


BOUNDS: Final = (0.0, 0.35, 0.5, 0.7, 0.8, 0.9, 1.0)
"""Where the bins of a calibration begin and end; the advice changes at some of them."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Past items of which a likelihood from `least` to below `most` was said: how many, what was said on average,
    and the share that was handed over at the first visit. Both are None in an empty bin."""

    least: float
    most: float
    count: int
    said: float | None
    delivered: float | None


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Forecasts held against what happened. A Brier score is the mean squared error: 0 is perfect.

    `base_brier` is what somebody would have scored who said `base_rate`, the share delivered, of every item:
    a scorecard that does not beat it knows nothing.
    """

    bins: tuple[Bin, ...]
    count: int
    base_rate: float
    brier: float
    base_brier: float


def calibrate(pairs: Iterable[tuple[float, bool]]) -> Calibration | None:
    """Hold pairs of the likelihood said and whether the first visit delivered against each other; None without any."""
    known = list(pairs)
    if not known:
        return None
    base = sum(delivered for _, delivered in known) / len(known)
    return Calibration(
        bins=tuple(_bin(known, least, most) for least, most in pairwise(BOUNDS)),
        count=len(known),
        base_rate=base,
        brier=sum((said - delivered) ** 2 for said, delivered in known) / len(known),
        base_brier=base * (1 - base),
    )


def _bin(pairs: Sequence[tuple[float, bool]], least: float, most: float) -> Bin:
    inside = [(said, delivered) for said, delivered in pairs if least <= said < most or said == most == 1.0]
    count = len(inside)
    return Bin(
        least=least,
        most=most,
        count=count,
        said=sum(said for said, _ in inside) / count if count else None,
        delivered=sum(delivered for _, delivered in inside) / count if count else None,
    )


def drawing() -> str:
    """The scorecard as a Markdown table, for docs/foresight.md."""
    lines = ["| sign | points | words |", "| --- | ---: | --- |", f"| (every item) | {BASE} | – |"]
    lines += [f"| {row.sign} | {row.points:+d} | {row.vi} – {row.en} |" for row in TABLE.values()]
    return "\n".join(lines) + "\n"
