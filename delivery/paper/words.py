"""How papers write numbers, days and money, and what they refuse to print.

Papers are read by people who cannot ask back, so a value that would mislead
them is refused with a ValueError that names it.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from delivery.errors import Invalid
from delivery.rules.codes import parse_s10

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
BLANK = "–"
ISSUER = "Bưu điện – Trả kết quả thủ tục hành chính"
"""Who issues the papers that no single office does."""

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# A subscriber number has nine digits after its 0 or +84: eight shown would leave nothing to guess.
_MOST_DIGITS_OF_A_MASKED_PHONE = 7


def clean(text: str) -> str:
    """`text` as the font can draw it: composed letters (NFC), single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in composed)
    return " ".join(kept.split())


def in_dong(amount: int) -> str:
    """Whole đồng as Vietnam writes them: 1.250.000 đ."""
    return f"{_grouped(amount)} đ"


def in_grams(weight_g: int) -> str:
    """Grams: 1.250 g."""
    return f"{_grouped(weight_g)} g"


def on_day(day: date) -> str:
    """10/03/2026."""
    return f"{day:%d/%m/%Y}"


def at_moment(moment: datetime) -> str:
    """An instant on Vietnam's clock: 14:05 10/03/2026."""
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def spaced(number: str) -> str:
    """An S10 number in groups that can be read aloud: CH 167 101 882 VN."""
    return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:11]} {number[11:]}"


def require_number(number: str) -> None:
    """Refuse what a scanner at the next office would refuse: `number` must be S10 as stored, without spaces."""
    try:
        as_stored = parse_s10(number) == number
    except Invalid as refusal:
        raise ValueError(f"{number!r} is not an S10 number: {refusal.en}") from refusal
    if not as_stored:
        raise ValueError(f"{number!r} is an S10 number with spaces or small letters: print it as it is stored.")


def require_text(what: str, text: str, longest: int) -> None:
    """Refuse an empty `text`, and one longer than its place on the paper was made for."""
    if not clean(text):
        raise ValueError(f"{what} is empty.")
    if len(text) > longest:
        raise ValueError(f"{what} has {len(text)} characters, the paper has room for {longest}: {text[:40]!r}…")


def require_amount(what: str, amount: int) -> None:
    """Refuse money below zero."""
    if amount < 0:
        raise ValueError(f"{what} is {amount} đ: a paper cannot ask for less than nothing.")


def require_weight(what: str, weight_g: int) -> None:
    """Refuse a weight that no envelope has."""
    if weight_g <= 0:
        raise ValueError(f"{what} weighs {weight_g} g: an envelope weighs more than nothing.")


def require_masked(what: str, phone: str) -> None:
    """Refuse a phone number that can be read in full. The number is left out of the error, which may be logged."""
    require_text(what, phone, 24)
    if sum(letter.isdigit() for letter in phone) > _MOST_DIGITS_OF_A_MASKED_PHONE:
        raise ValueError(f"{what} is not masked: it would print a whole phone number.")


def require_time_of_day(what: str, time: str) -> None:
    """Refuse anything but 'HH:MM'."""
    if not _TIME_OF_DAY.fullmatch(time):
        raise ValueError(f"{what} is {time!r}, expected HH:MM.")


def require_instant(what: str, moment: datetime) -> None:
    """Refuse a time without a zone: nobody could say which day it is on."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} has no time zone: {moment.isoformat()}.")


def require_different(where: str, numbers: Sequence[str]) -> None:
    """Refuse a paper that lists one item twice: its total would promise an envelope that is not there."""
    seen: set[str] = set()
    for number in numbers:
        if number in seen:
            raise ValueError(f"{where} lists {number} twice.")
        seen.add(number)


def _grouped(whole: int) -> str:
    return f"{whole:,}".replace(",", ".")
