"""Telephone numbers as people write them in Viet Nam, and which of them can get an SMS."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from delivery.errors import Invalid

# The change of September to November 2018: eleven-digit mobile numbers lost a digit (Ministry of Information and
# Communications' plan). Old numbers still stand on dossiers; phonenumbers calls them invalid.
PREFIXES_OF_2018 = {
    **{f"16{n}": f"3{n}" for n in "23456789"},
    **{"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},
    **{"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},
    **{"186": "56", "188": "58", "199": "59"},
}

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ELEVEN_DIGITS = re.compile(r"(?:\+84|0084|84)?0?(1[0-9]{2})([0-9]{7})")


class PhoneKind(StrEnum):
    """What a number can be used for."""

    MOBILE = "mobile"
    """A Vietnamese mobile: call it, text it."""
    LANDLINE = "landline"
    """A Vietnamese landline: call it or write a letter."""
    OTHER = "other"
    """A service number, an internet number, or a number of another country: call it."""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A telephone number that can exist. `e164` is `+` and up to 15 digits."""

    e164: str
    kind: PhoneKind

    def __post_init__(self) -> None:
        if not _E164.fullmatch(self.e164):
            raise ValueError(f"A phone is kept as + and 7 to 15 digits, not with {len(self.e164)} other characters.")

    @property
    def can_sms(self) -> bool:
        """Only a Vietnamese mobile: the sender name is registered with the domestic networks alone."""
        return self.kind is PhoneKind.MOBILE


def parse_phone(text: str, *, pointer: str = "") -> Phone:
    """Read one number in any usual way of writing; a number without a country code is Vietnamese.

    Eleven-digit mobiles from before 2018 become today's number. Raises Invalid `phone` at `pointer`; its words
    do not repeat the number, which is personal data.
    """
    typed = re.sub(r"[\s.\-()\u2010-\u2015]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\+?[0-9]{3,17}", typed):
        raise _invalid(
            pointer,
            vi="Số điện thoại chỉ gồm chữ số, mỗi ô một số.",
            en="A phone number is digits only, one number per field.",
        )
    try:
        number = phonenumbers.parse(_of_today(typed), "VN")
    except NumberParseException:
        raise _not_a_phone(pointer) from None
    if not phonenumbers.is_valid_number(number):
        raise _not_a_phone(pointer)
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        kind=_kind(phonenumbers.number_type(number)) if number.country_code == 84 else PhoneKind.OTHER,
    )


def masked(e164: str) -> str:
    """The number as labels and pages may show it: `+84912345678` gives `09xx xxx 678`.

    Of another country's number only the last three digits show.
    """
    if not e164.startswith("+84"):
        return f"+xx xxxx {e164[-3:]}"
    national = "0" + e164[3:]
    hidden = national[:2] + "x" * (len(national) - 5) + national[-3:]
    return f"{hidden[:4]} {hidden[4:-3]} {hidden[-3:]}"


def last4(e164: str) -> str:
    """The last four digits, which an office may search by."""
    return e164[-4:]


def _of_today(digits: str) -> str:
    old = _ELEVEN_DIGITS.fullmatch(digits)
    if old is None or old[1] not in PREFIXES_OF_2018:
        return digits
    return f"+84{PREFIXES_OF_2018[old[1]]}{old[2]}"


def _kind(number_type: int) -> PhoneKind:
    if number_type == PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE
    return PhoneKind.LANDLINE if number_type == PhoneNumberType.FIXED_LINE else PhoneKind.OTHER


def _not_a_phone(pointer: str) -> Invalid:
    return _invalid(
        pointer,
        vi="Đây không phải số điện thoại đang dùng: số di động Việt Nam có 10 chữ số, bắt đầu bằng 0.",
        en="This is not a phone number in use: a Vietnamese mobile has 10 digits and starts with 0.",
    )


def _invalid(pointer: str, *, vi: str, en: str) -> Invalid:
    return Invalid("phone", vi=vi, en=en, pointer=pointer)
