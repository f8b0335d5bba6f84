"""Reads a policy document field by field: each as its type, or an error that names the field."""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from delivery.errors import Invalid

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)


class FieldReader:
    """Takes fields out of a document, each as its type or not at all."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document

    def text(self, field: str) -> str:
        value = self._document[field]
        if not isinstance(value, str):
            raise refused(field, vi="phải là chữ", en="must be text")
        return value

    def scope(self, field: str) -> str | None:
        return None if self._document[field] is None else self.text(field)

    def flag(self, field: str) -> bool:
        value = self._document[field]
        if not isinstance(value, bool):
            raise refused(field, vi="phải là true hoặc false", en="must be true or false")
        return value

    def whole(self, field: str) -> int:
        return whole(field, self._document[field])

    def wholes(self, field: str) -> tuple[int, ...]:
        return tuple(whole(field, value) for value in listed(field, self._document[field]))

    def day(self, field: str) -> date:
        text = self.text(field)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        # Python also reads 20260310 and week dates, which would come back written another way.
        if day is None or day.isoformat() != text:
            raise refused(field, vi="phải là ngày dạng 2026-03-10", en="must be a day such as 2026-03-10")
        return day

    def hour(self, field: str) -> time:
        text = self.text(field)
        try:
            hour = time.fromisoformat(text)
        except ValueError:
            hour = None
        if hour is None or hour.strftime("%H:%M") != text:
            raise refused(field, vi="phải là giờ dạng 07:30", en="must be a time such as 07:30")
        return hour

    def choice(self, field: str, kind: type[ChoiceT]) -> ChoiceT:
        return chosen(field, self._document[field], kind)


def whole(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(field, vi="phải là số nguyên", en="must be a whole number")
    return value


def chosen(field: str, value: object, kind: type[ChoiceT]) -> ChoiceT:
    for choice in kind:
        if choice.value == value:
            return choice
    listed = ", ".join(choice.value for choice in kind)
    raise refused(field, vi=f"phải là một trong: {listed}", en=f"must be one of: {listed}")


def listed(field: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise refused(field, vi="phải là danh sách", en="must be a list")
    return value


def mapping(field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise refused(field, vi="phải là một đối tượng", en="must be an object")
    return value


def refused(field: str, *, vi: str, en: str) -> Invalid:
    return Invalid(
        "policy-field",
        vi=f"Chính sách phát: “{field}” {vi}.",
        en=f"Delivery policy: “{field}” {en}.",
        pointer=f"/{field}",
        facts={"field": field},
    )
