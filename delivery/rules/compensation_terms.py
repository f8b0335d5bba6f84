"""The terms of refund and compensation: who may claim what, until when, and how much. A dated document, not code.

The limits that the law sets are floors here: a document may be kinder to the claimant, never harder.
"""

import calendar
import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NoReturn

from delivery.errors import Invalid


class ClaimKind(StrEnum):
    """What happened to the item or its price."""

    LOST = "lost"
    DAMAGED = "damaged"
    DELAYED = "delayed"
    PRICE_ERROR = "price_error"
    OVERPAID = "overpaid"
    """A second transfer, too much of one, or a price that fell after it was paid."""


CLAIMED = (ClaimKind.LOST, ClaimKind.DAMAGED, ClaimKind.DELAYED, ClaimKind.PRICE_ERROR)
"""What somebody claims within a time; what was overpaid is owed without being asked for."""

LEAST_MONTHS: Mapping[ClaimKind, int] = MappingProxyType(
    {ClaimKind.LOST: 6, ClaimKind.DELAYED: 6, ClaimKind.DAMAGED: 1, ClaimKind.PRICE_ERROR: 1}
)
"""The shortest that the law lets the time to complain be (Postal Law 2010, art. 38(2))."""
MOST_ANSWER_MONTHS = 2
"""Postal Law 2010, art. 38(3)."""
MOST_PAY_DAYS = 30
LEAST_LOSS_MULTIPLE = 4
"""Both: Decree 47/2011, art. 25-26, since amended."""
_MOST_MONTHS, _MOST_MULTIPLE, _WHOLE = 120, 100, 100


class Part(StrEnum):
    """The parts of a decision that rest on a legal source each."""

    TIME = "time"
    REFUND = "refund"
    LOSS = "loss"
    DAMAGE = "damage"
    DELAY = "delay"
    PRICE = "price"
    OVERPAID = "overpaid"
    AGENCY_FEE = "agency_fee"


@dataclass(frozen=True, kw_only=True)
class DelayStep:
    """From `days` days late on, `percent` (1-100) of the charge is given back."""

    days: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version of the terms, for items that the post accepted on `valid_from` or later.

    Months and days are calendar ones. `claim_months` is how long after its day each kind may be claimed;
    `loss_multiple` how many times the charge a loss is worth; `sources` the citation that each part rests on.
    """

    name: str
    valid_from: date
    claim_months: Mapping[ClaimKind, int]
    answer_months: int
    pay_days: int
    loss_multiple: int
    delay_steps: tuple[DelayStep, ...]
    sources: Mapping[Part, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "claim_months", MappingProxyType(dict(self.claim_months)))
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        if not self.name.strip():
            _refuse("name", vi="không được để trống", en="must not be empty")
        for kind in CLAIMED:
            _within(f"claim_months/{kind}", self.claim_months.get(kind, 0), LEAST_MONTHS[kind], _MOST_MONTHS)
        _within("answer_months", self.answer_months, 1, MOST_ANSWER_MONTHS)
        _within("pay_days", self.pay_days, 1, MOST_PAY_DAYS)
        _within("loss_multiple", self.loss_multiple, LEAST_LOSS_MULTIPLE, _MOST_MULTIPLE)
        if not self.delay_steps:
            _refuse("delay_steps", vi="cần ít nhất một nấc", en="needs at least one step")
        for before, step in zip((DelayStep(days=0, percent=0), *self.delay_steps), self.delay_steps, strict=False):
            if step.days <= before.days or not before.percent < step.percent <= _WHOLE:
                _refuse(
                    "delay_steps",
                    vi=f"nấc {step.days} ngày, {step.percent} % phải lớn hơn nấc trước và không quá 100 %",
                    en=f"step {step.days} days, {step.percent} % must exceed the one before, up to 100 %",
                )
        for part in Part:
            if not self.sources.get(part, "").strip():
                _refuse(f"sources/{part}", vi="cần căn cứ pháp lý", en="needs its legal source")

    def delay_percent(self, days: int) -> int:
        """What share of the charge is given back for `days` days of delay, in percent; 0 below the first step."""
        return max((step.percent for step in self.delay_steps if step.days <= days), default=0)

    def answer_by(self, asked: date) -> date:
        """The day by which who complained on `asked` is answered."""
        return months_after(asked, self.answer_months)

    def pay_by(self, agreed: date) -> date:
        """The day by which what was agreed to on `agreed` is paid."""
        return agreed + timedelta(days=self.pay_days)


_LAW_38 = "Luật Bưu chính 2010, Điều 38"
_DECREE = "Nghị định 47/2011/NĐ-CP, Điều 25–26 (đã được sửa đổi)"

DEFAULT_TERMS: Mapping[str, object] = MappingProxyType(
    {
        "name": "Mặc định",
        "valid_from": "2025-07-01",
        "claim_months": {"lost": 6, "delayed": 6, "damaged": 1, "price_error": 1},
        "answer_months": 2,
        "pay_days": 30,
        "loss_multiple": 4,
        "delay_steps": [{"days": 1, "percent": 25}, {"days": 3, "percent": 50}, {"days": 7, "percent": 100}],
        "sources": {
            "time": _LAW_38,
            "refund": _DECREE,
            "loss": _DECREE,
            "damage": _DECREE,
            "delay": f"{_DECREE}; các nấc ngày là mức minh họa của bưu điện",
            "price": f"{_LAW_38}; biểu cước có hiệu lực ngày chấp nhận",
            "overpaid": "Bộ luật Dân sự 2015, Điều 579: hoàn trả khoản được lợi không có căn cứ pháp luật",
            "agency_fee": "Lệ phí là tiền của cơ quan, bưu điện chỉ thu hộ: chưa chuyển thì trả lại người nộp",
        },
    }
)
"""The terms that ship. No source confirms the steps of a delay: they are a default that published terms replace."""


def read_terms(document: Mapping[str, object]) -> Terms:
    """Read a document (JSON types; the day `yyyy-mm-dd`, every amount a whole number). Every field must be there.

    Raises Invalid `compensation-field` with the field's JSON pointer for the first field that is unknown, missing, of
    the wrong type, or harder on the claimant than the law.
    """
    known = [field.name for field in dataclasses.fields(Terms)]
    for field in document:
        if field not in known:
            _refuse(str(field), vi="không có trong quy định bồi thường", en="is not a field of compensation terms")
    for field in known:
        if field not in document:
            _refuse(field, vi="còn thiếu", en="is missing")
    return Terms(
        name=_text("name", document["name"]),
        valid_from=_day("valid_from", document["valid_from"]),
        claim_months=_months(_object("claim_months", document["claim_months"])),
        answer_months=_number("answer_months", document["answer_months"]),
        pay_days=_number("pay_days", document["pay_days"]),
        loss_multiple=_number("loss_multiple", document["loss_multiple"]),
        delay_steps=_steps(document["delay_steps"]),
        sources=_sources(_object("sources", document["sources"])),
    )


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def in_force(terms: Iterable[Terms], day: date) -> Terms | None:
    """The latest terms that are valid on `day`, or None."""
    return max((each for each in terms if each.valid_from <= day), key=lambda each: each.valid_from, default=None)


def _months(held: Mapping[str, object]) -> dict[ClaimKind, int]:
    if set(held) != set(CLAIMED):
        _refuse("claim_months", vi=f"cần đúng các mục {_listed(CLAIMED)}", en=f"takes exactly {_listed(CLAIMED)}")
    return {kind: _number(f"claim_months/{kind}", held[kind]) for kind in CLAIMED}


def _sources(held: Mapping[str, object]) -> dict[Part, str]:
    if set(held) != set(Part):
        _refuse("sources", vi=f"cần đúng các mục {_listed(Part)}", en=f"takes exactly {_listed(Part)}")
    return {part: _text(f"sources/{part}", held[part]) for part in Part}


def _steps(value: object) -> tuple[DelayStep, ...]:
    if not isinstance(value, list):
        _refuse("delay_steps", vi="phải là danh sách", en="must be a list")
    return tuple(_step(f"delay_steps/{position}", step) for position, step in enumerate(value))


def _step(field: str, value: object) -> DelayStep:
    held = _object(field, value)
    if set(held) != {"days", "percent"}:
        _refuse(field, vi="cần đúng hai mục days và percent", en="takes exactly days and percent")
    return DelayStep(days=_number(f"{field}/days", held["days"]), percent=_number(f"{field}/percent", held["percent"]))


def _object(field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        _refuse(field, vi="phải là một đối tượng", en="must be an object")
    return value


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(field, vi="phải là chữ", en="must be text")
    return value


def _number(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse(field, vi="phải là số nguyên", en="must be a whole number")
    return value


def _day(field: str, value: object) -> date:
    text = _text(field, value)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        _refuse(field, vi="phải là ngày dạng 2026-03-10", en="must be a day such as 2026-03-10")
    return day


def _within(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        _refuse(field, vi=f"phải từ {least} đến {most}", en=f"must be from {least} to {most}")


def _listed(kinds: Iterable[StrEnum]) -> str:
    return ", ".join(kinds)


def _refuse(field: str, *, vi: str, en: str) -> NoReturn:
    raise Invalid(
        "compensation-field",
        vi=f"Quy định bồi thường: “{field}” {vi}.",
        en=f"Compensation terms: “{field}” {en}.",
        pointer=f"/{field}",
        facts={"field": field},
    )
