"""The SMS that leave the post: short, without diacritics, one GSM-7 segment each; and the answers that come back.

A text names the post, the item's number, an office and days. It never holds a person, an address, a procedure or a
price, and never presses: who wants to press is a swindler, and people should learn to tell.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from delivery.rules.codes import S10, parse_s10

GSM_7 = "GSM-7"
UCS_2 = "UCS-2"

# 3GPP TS 23.038: the default alphabet, and the characters that need an escape and so count double.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

# One message, and each part of a longer one, whose header takes six octets.
_ROOM = {GSM_7: (160, 153), UCS_2: (70, 67)}

LINK_AT_MOST = 48
"""Characters: `https://`, a domain of 15, `/t/` and a token of 22; a demo on 127.0.0.1 with a port fits too."""
_HOURS_TOLD = 2
OFFICE_AT_MOST = 24
"""Characters of an office's name in a text; longer ones are shortened."""


@dataclass(frozen=True, kw_only=True)
class Segments:
    """What a text costs: its encoding, its length in units (septets, UTF-16 code units), and how many SMS it makes."""

    encoding: str
    units: int
    count: int


def plain(text: str) -> str:
    """`text` without diacritics: full NFD decomposition, marks dropped, đ to d; typographic signs become ASCII ones."""
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text) if unicodedata.category(mark) != "Mn")
    return unicodedata.normalize("NFC", bare.translate(_PLAIN_SIGNS))


_PLAIN_SIGNS = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "₫": "d",
        "–": "-",
        "—": "-",
        "‑": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "…": "...",
        "\xa0": " ",
    }
)


def segments(text: str) -> Segments:
    """How `text` travels. A character that takes two units is never divided between two parts."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        encoding, sizes = GSM_7, [2 if character in _EXTENDED else 1 for character in text]
    else:
        encoding, sizes = UCS_2, [2 if ord(character) > 0xFFFF else 1 for character in text]
    alone, in_parts = _ROOM[encoding]
    if sum(sizes) <= alone:
        return Segments(encoding=encoding, units=sum(sizes), count=1)
    count, filled = 1, 0
    for size in sizes:
        if filled + size > in_parts:
            count, filled = count + 1, 0
        filled += size
    return Segments(encoding=encoding, units=sum(sizes), count=count)


class Template(StrEnum):
    """The messages that the post owes to an addressee; the value is the outbox's name for it."""

    ON_ITS_WAY = "on_its_way"
    BEFORE_VISIT = "before_visit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    READY_TO_COLLECT = "ready_to_collect"
    INVITATION = "invitation"
    REMINDER = "reminder"
    DELIVERED = "delivered"
    RETURNED = "returned"
    RECALLED = "recalled"
    ADDRESS_NEEDED = "address_needed"


_SENDER = "Buu dien: "

_TEXTS = {
    Template.ON_ITS_WAY: "buu gui {code} dang ve {office}. Xem va chon cach nhan: {link}",
    Template.BEFORE_VISIT: "buu gui {code} da ve {office}, sap phat. Xac nhan hoac chon cach nhan khac: {link}",
    Template.OUT_FOR_DELIVERY: "buu ta phat buu gui {code} ngay {day}, {hours}. Neu vang nha, chon cach khac: {link}",
    Template.ATTEMPT_FAILED: "ngay {day} chua phat duoc buu gui {code}. Xem lan phat sau, chon cach nhan: {link}",
    Template.READY_TO_COLLECT: "buu gui {code} cho nhan tai {office} den het {until}. Can giay to tuy than. {link}",
    Template.INVITATION: "moi nhan buu gui {code} tai {office} den het {until}. Can giay to tuy than. {link}",
    Template.REMINDER: "buu gui {code} con giu tai {office} den het {until}. Chon cach nhan khac: {link}",
    Template.DELIVERED: "buu gui {code} da phat ngay {day}. Neu ban chua nhan, bao tai: {link}",
    Template.RETURNED: "buu gui {code} da ve co quan gui ngay {day}. Xem cach nhan lai: {link}",
    Template.RECALLED: "co quan gui da rut lai buu gui {code} ngay {day}. Chi tiet: {link}",
    Template.ADDRESS_NEEDED: "chua tim thay dia chi cua buu gui {code}. Moi bo sung den het {until}: {link}",
}


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What a text may hold. `office` may be any name: it is shortened; `hours` are whole Vietnamese hours, from and to.

    Only a link is always needed beside the code; `write` says which of the others a template wants.
    """

    code: S10
    link: str
    office: str = ""
    day: date | None = None
    until: date | None = None
    hours: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        parse_s10(self.code)
        if not re.fullmatch(r"https?://[A-Za-z0-9._:/\-]+", self.link):
            raise ValueError("A text's link is http or https and holds letters, digits and . _ : / - only.")
        if len(self.link) > LINK_AT_MOST:
            raise ValueError(f"A text's link has {len(self.link)} characters; {LINK_AT_MOST} are left for it.")
        if self.hours is not None and not 0 <= self.hours[0] < self.hours[1] <= 24:
            raise ValueError(f"Hours {self.hours[0]} to {self.hours[1]} are not a stretch of a day.")


def write(template: Template, fields: Fields) -> str:
    """The text of `template`, one GSM-7 segment. Raises ValueError when a field that it needs is missing."""
    text = _SENDER + _TEXTS[template]
    values = {
        "code": fields.code,
        "link": fields.link,
        "office": short_office(fields.office),
        "day": f"{fields.day:%d/%m}" if fields.day else "",
        "until": f"{fields.until:%d/%m}" if fields.until else "",
        "hours": f"{fields.hours[0]}h-{fields.hours[1]}h" if fields.hours else "",
    }
    for name, value in values.items():
        if not value and f"{{{name}}}" in text:
            raise ValueError(f"Text {template} needs “{name}”.")
    return text.format(**values)


def hours_told(starts: int) -> tuple[int, int]:
    """The hours that are told of a visit planned for `starts`, in seconds after local midnight.

    Two of them, within the day: an arrival cannot be promised to the hour.
    """
    first = min(starts // 3600, 24 - _HOURS_TOLD)
    return first, first + _HOURS_TOLD


def short_office(name: str) -> str:
    """An office's name in a text: no diacritics, GSM-7, at most 24 characters, the same each time.

    First the usual abbreviations (BC, P, X, TT), and if that is not enough, whole words from the front.
    """
    short = " ".join("".join(character for character in plain(name) if character in _BASIC).split())
    for long_form, abbreviation in _ABBREVIATIONS:
        if len(short) > OFFICE_AT_MOST:
            short = re.sub(rf"\b{long_form}\b", abbreviation, short, flags=re.IGNORECASE)
    if len(short) <= OFFICE_AT_MOST:
        return short
    whole_words = short[: OFFICE_AT_MOST + 1].rpartition(" ")[0]
    return whole_words or short[:OFFICE_AT_MOST]


_ABBREVIATIONS = (
    ("Buu cuc", "BC"),
    ("Buu dien", "BD"),
    ("Phuong", "P."),
    ("Thi tran", "TT."),
    ("Dac khu", "DK."),
    ("Xa", "X."),
    ("Thanh pho", "TP."),
)


class Choice(StrEnum):
    """What an answered text asks for; each opens the choice of that name, and none of them acts on an item finally."""

    ANOTHER_DAY = "another_day"
    OTHER_HALF_DAY = "other_half_day"
    COUNTER = "counter"
    AUTHORISED_PERSON = "authorised_person"
    ANOTHER_ADDRESS = "another_address"
    STOP = "stop"
    """No more texts to this number: call or write instead."""
    WRONG_PERSON = "wrong_person"
    """The number is not the addressee's: nothing more is sent to it, and the item is flagged."""


_KEYWORDS = {
    "1": Choice.ANOTHER_DAY,
    "2": Choice.OTHER_HALF_DAY,
    "3": Choice.COUNTER,
    "4": Choice.AUTHORISED_PERSON,
    "5": Choice.ANOTHER_ADDRESS,
    "0": Choice.STOP,
    "STOP": Choice.STOP,
    "SAI": Choice.WRONG_PERSON,
    "SAI NGUOI": Choice.WRONG_PERSON,
    "SAI SO": Choice.WRONG_PERSON,
}


def parse_reply(text: str) -> Choice | None:
    """The choice that an inbound text makes, or None: a person reads what is not exactly one keyword.

    5 is another address and not a refusal: a refusal sends an item back for good, and a bare text proves nobody.
    """
    words = re.sub(r"[^A-Z0-9]+", " ", plain(text).upper()).strip()
    return _KEYWORDS.get(words)
