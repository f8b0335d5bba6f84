"""A tariff book's text, read value by value: each is asked for by name, checked, and known by its place.

A refusal names the place as a path (`services.result_return.steps[1].over_g`, counted from 0) and gives the reason in
Vietnamese and English. What nobody asked for is refused too, so a misspelt key is never passed over.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

from tariffs.book import TariffRefusal
from tariffs.money import WHOLE, Rate, rate_of

Choice = TypeVar("Choice", bound=StrEnum)

MOST = 1_000_000_000
"""No amount, weight or count of a book comes near: sums of prices must fit what they are kept in."""


class BookRefused(TariffRefusal):
    """A text is not a whole tariff book. `place` says where, `reason` why; `vi` and `en` say both."""

    def __init__(self, place: str, reason: str, *, vi: str = "") -> None:
        super().__init__("tariff-book-refused", vi=f"{place}: {vi or reason}", en=f"{place}: {reason}")
        self.place = place
        self.reason = reason


class Fraction(str):
    """A number with a point, kept as written: the shelf refuses it by name instead of rounding it."""

    __slots__ = ()


class Table:
    """One table of the text: hands out each value once, checked, and knows its place."""

    def __init__(self, values: Mapping[str, object], place: str, prefix: str) -> None:
        self._left = dict(values)
        self._place = place
        self._prefix = prefix
        for key in self._left:
            if not key.isprintable():
                self.refuse("", f"{key!r} cannot be printed.", f"{key!r} có ký tự không in được.")

    def where(self, key: str = "") -> str:
        """The path of `key` inside the text."""
        return f"{self._prefix}.{key}".strip(".")

    def refuse(self, key: str, en: str, vi: str) -> NoReturn:
        """Refuse the book because of the value at `key`."""
        raise BookRefused(f"{self._place}: {self.where(key) or 'book'}", en, vi=vi)

    def has(self, key: str) -> bool:
        return key in self._left

    def says(self, key: str, word: str) -> bool:
        """Whether the value at `key` is `word`; it is then read."""
        if self._left.get(key) != word:
            return False
        self._left.pop(key)
        return True

    def names(self) -> tuple[str, ...]:
        """The keys not read yet, in the order of the text."""
        return tuple(self._left)

    def _take(self, key: str) -> object:
        if key not in self._left:
            self.refuse(key, "is missing.", "còn thiếu.")
        return self._left.pop(key)

    def text(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str) or isinstance(value, Fraction) or not value.strip():
            self.refuse(key, "must be a text that is not empty.", "phải là chữ và không được để trống.")
        if not value.isprintable():
            self.refuse(
                key,
                "must be one line of characters that can be printed.",
                "phải là một dòng gồm các ký tự in được.",
            )
        return value

    def whole(self, key: str, *, least: int = 0) -> int:
        value = self._take(key)
        if isinstance(value, Fraction):
            self.refuse(
                key,
                f"{value} has a decimal point: whole numbers only.",
                f"{value} có phần thập phân: chỉ nhận số nguyên.",
            )
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.refuse(key, f"must be a whole number, {least} or more.", f"phải là số nguyên, từ {least} trở lên.")
        if value > MOST:
            self.refuse(key, f"must be {MOST} or less.", f"phải từ {MOST} trở xuống.")
        return value

    def percent(self, key: str, *, otherwise: str = "") -> Rate:
        """A percentage in quotes. `otherwise` is a word that the caller would have taken too, for the refusal."""
        value = self._take(key)
        try:
            rate = rate_of(value) if isinstance(value, str) and not isinstance(value, Fraction) else None
        except ValueError:
            rate = None
        if rate is None or rate > WHOLE:
            or_en, or_vi = (f', or "{otherwise}"', f', hoặc "{otherwise}"') if otherwise else ("", "")
            self.refuse(
                key,
                f'must be a percentage in quotes, "0" to "100"{or_en}.',
                f'phải là tỷ lệ phần trăm trong ngoặc kép, từ "0" đến "100"{or_vi}.',
            )
        return rate

    def truth(self, key: str) -> bool:
        value = self._take(key)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false.", "phải là true hoặc false.")
        return value

    def day(self, key: str) -> date:
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(key, "must be a day such as 2025-07-01.", "phải là ngày, ví dụ 2025-07-01.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.refuse(key, "must be a list of texts.", "phải là danh sách chữ.")
        return tuple(value)

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        return self.chosen(key, self.text(key), kind)

    def chosen(self, key: str, word: str, kind: Iterable[Choice]) -> Choice:
        """The member of `kind` that `word`, found at `key`, names."""
        members = {str(member): member for member in kind}
        if word not in members:
            words = ", ".join(members)
            self.refuse(key, f"“{word}” is unknown; known are {words}.", f"không biết “{word}”; chỉ có {words}.")
        return members[word]

    def table(self, key: str) -> "Table":
        value = self._take(key)
        if not isinstance(value, dict):
            self.refuse(key, "must be a table.", "phải là một bảng.")
        return Table(value, self._place, self.where(key))

    def tables(self, key: str) -> list["Table"]:
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            self.refuse(key, "must be one or more tables.", "phải gồm một hoặc nhiều bảng.")
        return [Table(row, self._place, f"{self.where(key)}[{i}]") for i, row in enumerate(value)]

    def lists(self, key: str) -> list[tuple[str, ...]]:
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
            self.refuse(key, "must be a list of lists.", "phải là danh sách của các danh sách.")
        return [Table({"row": row}, self._place, f"{self.where(key)}[{i}]").texts("row") for i, row in enumerate(value)]

    def done(self) -> None:
        """Refuse what nobody asked for: a key that this shelf does not know."""
        for key in self._left:
            self.refuse(key, "is not a key that a tariff book knows.", "không phải là mục của biểu cước.")


def parsed(text: str, place: str) -> Table:
    """The whole text as a table. Raises BookRefused when it is not TOML."""
    try:
        return Table(tomllib.loads(text, parse_float=Fraction), place, "")
    except RecursionError:
        raise BookRefused(place, "is not TOML: too deep.", vi="không phải TOML: lồng quá sâu.") from None
    except ValueError as error:
        # Days and numbers that no calendar and no machine has are ValueErrors of their own.
        raise BookRefused(place, f"is not TOML: {error}.", vi=f"không phải TOML: {error}.") from error
