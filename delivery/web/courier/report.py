"""Reads the report that a courier's form sends."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from delivery.attempts import DELIVERED
from delivery.errors import Invalid
from delivery.money.charging import Method
from delivery.rules.policy import Proof, Receiver
from delivery.rules.reasons import OF_VISIT, Reason
from delivery.steps.failure import Evidence

_MOST_DIGITS = 12

Form = MultiDict[str, str]
_Choice = TypeVar("_Choice", Receiver, Proof, Method, Reason)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What happened at a door: handed over when `reason` is None, else why not. `occurred_at` is aware.

    `shown` is what the page asked for all of them together, in đồng; None where the form does not say.
    """

    numbers: tuple[str, ...]
    reason: Reason | None
    receiver: Receiver
    proofs: tuple[Proof, ...]
    receiver_name: str | None = field(repr=False)
    paid: Method | None
    shown: int | None
    asked_for: date | None
    occurred_at: datetime | None
    evidence: Evidence

    def __post_init__(self) -> None:
        if not self.numbers:
            raise _invalid(
                "number",
                vi="Chưa chọn bưu gửi nào: hãy chọn ít nhất một.",
                en="No item was chosen: choose at least one.",
            )


def read_report(form: Form) -> Report:
    """The report in the fields `number`, `outcome`, `receiver`, `proof`, `paid`, `shown`, `asked_for`, `lat`, `lon`,
    `accuracy`, `called`.

    Numbers and proofs may be repeated. A location that is no location is left out: it never stops a report. Raises
    Invalid, pointing at the field, for an outcome, receiver, proof or payment that does not exist, for a sum that is
    none, and for times that are not ISO 8601.
    """
    outcome = form.get("outcome", "")
    failed = outcome != DELIVERED
    paid = form.get("paid") or "none"
    return Report(
        numbers=tuple(dict.fromkeys(_number(text) for text in form.getlist("number") if text.strip())),
        reason=_reason(outcome) if failed else None,
        receiver=_one(form.get("receiver") or Receiver.ADDRESSEE, Receiver, "receiver"),
        proofs=() if failed else tuple(_one(text, Proof, "proof") for text in _proofs(form)),
        receiver_name=form.get("receiver_name", "").strip()[:120] or None,
        paid=None if failed or paid == "none" else _one(paid, Method, "paid"),
        shown=_sum(form.get("shown", "")),
        asked_for=_day(form.get("asked_for", "")) if outcome == Reason.REQUESTED_LATER else None,
        occurred_at=_instant(form.get("occurred_at", "")),
        evidence=Evidence(
            location=_location(form),
            accuracy_m=_accuracy(form),
            called=form.get("called", "") in ("yes", "on", "1", "true"),
        ),
    )


def numbers_collected(form: Form) -> list[str] | None:
    """The numbers handed over at an agency: `number` repeated, or `numbers` with one a line; None without any."""
    named = [*form.getlist("number"), *form.get("numbers", "").replace(",", "\n").splitlines()]
    return [_number(text) for text in named if text.strip()] or None


def _number(text: str) -> str:
    return "".join(text.upper().split())


def _proofs(form: Form) -> list[str]:
    """Proofs repeated, or joined by "+" as events write them."""
    return [proof for text in form.getlist("proof") for proof in text.replace(" ", "+").split("+") if proof]


def _reason(text: str) -> Reason:
    """Any reason that a visit can have: the page offers twelve, a call to the desk may dictate another."""
    reason = _one(text, Reason, "outcome")
    if reason not in OF_VISIT:
        raise _invalid(
            "outcome", vi="Đây không phải lý do phát không được.", en="A visit cannot have failed for this reason."
        )
    return reason


def _one(text: str, kind: type[_Choice], name: str) -> _Choice:
    try:
        return kind(text)
    except ValueError:
        raise _invalid(
            name,
            vi="Hãy chọn lại: lựa chọn này không có trên trang.",
            en=f"Choose again: {name} is one of {', '.join(kind)}.",
        ) from None


def _sum(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise _invalid("shown", vi="Số tiền trên trang phải là một số nguyên.", en="The sum shown must be a whole one.")
    return int(text) if text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _invalid("asked_for", vi="Ngày hẹn phải là một ngày.", en="The day asked for must be a day.") from None


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        read = None
    if text and (read is None or read.tzinfo is None):
        raise _invalid(
            "occurred_at",
            vi="Giờ báo cáo phải theo ISO 8601, có múi giờ.",
            en="occurred_at must be an ISO 8601 instant with its offset.",
        )
    return read


def _location(form: Form) -> tuple[float, float] | None:
    try:
        lat, lon = float(form.get("lat", "")), float(form.get("lon", ""))
    except ValueError:
        return None
    known = math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180
    return (lat, lon) if known else None


def _accuracy(form: Form) -> float | None:
    """Metres, as the browser gives them with a location."""
    try:
        metres = float(form.get("accuracy", ""))
    except ValueError:
        return None
    return metres if math.isfinite(metres) and metres >= 0 else None


def _invalid(field_name: str, *, vi: str, en: str) -> Invalid:
    return Invalid("report-unreadable", vi=vi, en=en, pointer=f"/{field_name}")
