"""Twelve ways in which people write one address: test input only, made from the units' own names.

Deterministic: what varies (street, which name has the slip) follows from a number, so a failure can be repeated.
"""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SHORT = {
    "Phường": "P.", "Xã": "X.", "Thị trấn": "TT.", "Đặc khu": "ĐK.", "Quận": "Q.", "Huyện": "H.", "Thị xã": "TX.",
    "Thành phố": "TP.", "Tỉnh": "T.",
}  # fmt: skip
NUMBER_WORDS = (
    "", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai",
)  # fmt: skip
STREETS = (
    "12 Lê Lợi", "45/12/3 Nguyễn Đình Chiểu", "Số 7 ngõ 15 phố Huế", "hẻm 30 Trần Phú", "Tổ 5, thôn Đông",
    "102B đường 3 Tháng 2", "Số nhà 8, khu phố 2", "ấp 4", "Kiệt 21/5 Hùng Vương", "19 Nguyễn Huệ",
)  # fmt: skip
SPELLINGS = (
    "official", "no marks", "abbreviated", "abbreviated, no commas, no marks", "lower case, no commas, no marks",
    "names only", "largest first", "capitals", "dashes", "one slip", "other tone marks, decomposed",
    "number words, misleading street",
)  # fmt: skip
SLIPPED = SPELLINGS.index("one slip")


@dataclass(frozen=True)
class Spelled:
    """One spelling of one address."""

    spelling: str
    text: str


def unmarked(text: str) -> str:
    """`text` without Vietnamese marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def bare(name: str) -> str:
    """A unit's name without its kind; a number keeps it."""
    for kind in SHORT:
        rest = name.removeprefix(kind + " ")
        if rest != name:
            return name if rest.isdigit() else rest
    return name


def shortened(name: str) -> str:
    """A unit's name as labels abbreviate it."""
    if name == "Thành phố Hồ Chí Minh":
        return "TP.HCM"
    for kind, short in SHORT.items():
        if name.startswith(kind + " "):
            return short + name.removeprefix(kind + " ")
    return name


def spelled_out(name: str) -> str:
    """ "Phường 7" as "Phường Bảy"; other names as they are."""
    kind, _, rest = name.rpartition(" ")
    return (
        f"{kind} {NUMBER_WORDS[int(rest)]}"
        if kind in SHORT and rest.isdigit() and int(rest) < len(NUMBER_WORDS)
        else name
    )


def slip(name: str, chance: random.Random) -> str:
    """`name` with one letter dropped, doubled, changed or swapped; short names and numbers are spared."""
    proper = bare(name)
    if proper == name or len(proper) < 6 or any(letter.isdigit() for letter in proper):
        return name
    kind = name[: len(name) - len(proper)]
    places = [at for at in range(1, len(proper) - 1) if proper[at].isalpha() and proper[at + 1].isalpha()]
    if not places:
        return name
    at = chance.choice(places)
    way = chance.randrange(4)
    if way == 0:
        return kind + proper[:at] + proper[at + 1 :]
    if way == 1:
        return kind + proper[:at] + proper[at] + proper[at:]
    if way == 2:
        return kind + proper[:at] + chance.choice("bcdghklmnrstvx") + proper[at + 1 :]
    return kind + proper[:at] + proper[at + 1] + proper[at] + proper[at + 2 :]


def slipped(units: Sequence[str], chance: random.Random) -> list[str]:
    """The units with exactly one slip, in one of those long enough to have one."""
    order = list(range(len(units)))
    chance.shuffle(order)
    for at in order:
        changed = slip(units[at], chance)
        if changed != units[at]:
            return [changed if place == at else unit for place, unit in enumerate(units)]
    return list(units)


def spellings(units: Sequence[str], number: int) -> list[Spelled]:
    """Twelve spellings of an address in `units` (smallest first, official names, "" for none); `number` varies it."""
    units = [unit for unit in units if unit]
    chance = random.Random(number)
    street = STREETS[number % len(STREETS)]
    short = [shortened(unit) for unit in units]
    other_tones = (
        ", ".join([street, *units]).replace("òa", "oà").replace("óa", "oá").replace("úy", "uý").replace("ủy", "uỷ")
    )
    texts = [
        ", ".join([street, *units]),
        unmarked(", ".join([street, *units])),
        ", ".join([street, *short]),
        unmarked(" ".join([street, *short])),
        unmarked(" ".join([street, *units])).lower().replace(",", ""),
        ", ".join([street, *(bare(unit) for unit in units)]),
        ", ".join([*reversed(units), street]),
        ", ".join([street, *units]).upper(),
        " - ".join([street, *short]),
        ", ".join([street, *slipped(units, chance)]),
        unicodedata.normalize("NFD", other_tones),
        ", ".join(["7 đường Hòa Bình, thôn Tân Lập", *(spelled_out(unit) for unit in units)]),
    ]
    return [Spelled(spelling, text) for spelling, text in zip(SPELLINGS, texts, strict=True)]
