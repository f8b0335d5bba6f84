"""Sentences in both languages, and how days and hours read in them. Pure."""

from dataclasses import dataclass
from datetime import date

from delivery.rules.calendar import HalfDay

ENGLISH = "en"
_WEEKDAYS_VI = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True)
class Words:
    """One sentence, or a part of one, in Vietnamese and in English."""

    vi: str
    en: str

    def words(self, language: str) -> str:
        """The sentence in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == ENGLISH else self.vi


def on_day(day: date, today: date) -> Words:
    """A day as people say it: "ngày mai, thứ ba 01/12/2026"."""
    dated = f"{day:%d/%m/%Y}"
    vi, en = f"{_WEEKDAYS_VI[day.weekday()]} {dated}", f"{_WEEKDAYS_EN[day.weekday()]} {dated}"
    match (day - today).days:
        case 0:
            return Words(vi=f"hôm nay, {vi}", en=f"today, {en}")
        case 1:
            return Words(vi=f"ngày mai, {vi}", en=f"tomorrow, {en}")
        case _:
            return Words(vi=vi, en=f"on {en}")


def plain_day(day: date) -> Words:
    """A day with its weekday: "thứ ba 01/12/2026"."""
    dated = f"{day:%d/%m/%Y}"
    return Words(vi=f"{_WEEKDAYS_VI[day.weekday()]} {dated}", en=f"{_WEEKDAYS_EN[day.weekday()]} {dated}")


def of_half(half: HalfDay | None) -> Words:
    """The part of a day as an addition, with a leading space; empty for either half."""
    match half:
        case HalfDay.MORNING:
            return Words(vi=" buổi sáng", en=" in the morning")
        case HalfDay.AFTERNOON:
            return Words(vi=" buổi chiều", en=" in the afternoon")
        case None:
            return Words(vi="", en="")


def dong(amount: int) -> Words:
    """Whole đồng: 23.760 đ."""
    grouped = f"{amount:,}"
    return Words(vi=f"{grouped.replace(',', '.')} đ", en=f"{grouped} đ")
