"""The two codes on every envelope: the post's S10 number and the agency's dossier code."""

import re
from datetime import date
from typing import NewType

from delivery.errors import Invalid

S10 = NewType("S10", str)
"""Thirteen characters, `AA NNNNNNNN C CC` without the spaces: UPU standard S10."""

DossierCode = NewType("DossierCode", str)
"""The agency's case number, e.g. `000.00.01.H29-260310-0420`, upper case."""

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
LAST_SERIAL = 99_999_999

# ISO 3166-1 alpha-2: the country that ends an S10 number is one of these.
COUNTRIES = frozenset(
    re.findall(
        "[A-Z]{2}",
        """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ
    OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST
    SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS
    YE YT ZA ZM ZW
        """,
    )
)

_S10_FORM = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")

# Dotted organisation numbers, one of them a letter and two digits (ministry, province); the day; the day's serial.
_DOSSIER_FORM = re.compile(r"((?:[0-9A-Z]{1,5}\.){0,6}[0-9A-Z]{1,5})-([0-9]{2})([0-9]{2})([0-9]{2})-([0-9]{3,7})")
_ORGANISATION = re.compile(r"[A-Z][0-9]{2}")


def s10_check_digit(serial: int) -> int:
    """The ninth digit of the S10 number with the eight-digit `serial`.

    11 minus the weighted sum modulo 11, where 10 becomes 0 and 11 becomes 5 (UPU S10).
    About 1.8 % of single-digit errors pass: a number that passes is well formed, not known.
    """
    if not 0 <= serial <= LAST_SERIAL:
        raise Invalid(
            "s10-serial",
            vi=f"Số thứ tự bưu gửi {serial} phải nằm trong khoảng từ 0 đến {LAST_SERIAL}.",
            en=f"Item serial {serial} must lie between 0 and {LAST_SERIAL}.",
            facts={"serial": serial},
        )
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, f"{serial:08d}", strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def make_s10(service: str, serial: int, country: str = "VN") -> S10:
    """The S10 number of `service` (two capital letters), `serial` (0 to 99,999,999) and `country` (ISO alpha-2)."""
    if not re.fullmatch(r"[A-Z]{2}", service):
        raise Invalid(
            "s10-service",
            vi=f"Mã dịch vụ “{service}” phải gồm hai chữ cái in hoa.",
            en=f"Service indicator “{service}” must be two capital letters.",
        )
    _refuse_unknown_country(country, pointer="")
    return S10(f"{service}{serial:08d}{s10_check_digit(serial)}{country}")


def parse_s10(text: str, *, pointer: str = "") -> S10:
    """Read an S10 number as typed or scanned; spaces and case do not matter.

    Raises Invalid: `s10-form`, `s10-country` or `s10-check-digit`, at `pointer`.
    """
    code = "".join(text.split()).upper()
    form = _S10_FORM.fullmatch(code)
    if form is None:
        raise Invalid(
            "s10-form",
            vi=f"“{_quoted(text)}” không phải mã bưu gửi: cần 2 chữ cái, 9 chữ số và 2 chữ cái của nước.",
            en=f"“{_quoted(text)}” is not an item number: it takes 2 letters, 9 digits and the 2 letters of a country.",
            pointer=pointer,
        )
    _refuse_unknown_country(form[4], pointer=pointer)
    if s10_check_digit(int(form[2])) != int(form[3]):
        raise Invalid(
            "s10-check-digit",
            vi=f"Mã bưu gửi {code} có một chữ số sai: số kiểm tra không khớp. Hãy đọc lại trên phong bì.",
            en=f"Item number {code} has a wrong digit: its check digit does not fit. Read it again from the envelope.",
            pointer=pointer,
        )
    return S10(code)


def parse_dossier_code(text: str, *, pointer: str = "") -> DossierCode:
    """Read a dossier code: organisation numbers, six digits of a real day (yymmdd), the day's serial number.

    Accepts `38.98.H29-210519-0003`, `000.00.01.H29-260310-0420` and `H29.38-260310-0420`; spaces and case do not
    matter. Raises Invalid: `dossier-code`, at `pointer`.
    """
    code = "".join(text.split()).upper()
    form = _DOSSIER_FORM.fullmatch(code)
    if form is None or not any(_ORGANISATION.fullmatch(part) for part in form[1].split(".")):
        raise _bad_dossier(
            text, pointer, vi="cần dạng 000.00.01.H29-260310-0420", en="expected 000.00.01.H29-260310-0420"
        )
    try:
        date(2000 + int(form[2]), int(form[3]), int(form[4]))
    except ValueError:
        digits = form[2] + form[3] + form[4]
        raise _bad_dossier(
            text,
            pointer,
            vi=f"{digits} không phải ngày (nămthángngày, mỗi phần hai chữ số)",
            en=f"{digits} is not a day (yymmdd)",
        ) from None
    return DossierCode(code)


def _refuse_unknown_country(country: str, *, pointer: str) -> None:
    if country not in COUNTRIES:
        raise Invalid(
            "s10-country",
            vi=f"“{country}” ở cuối mã bưu gửi không phải mã nước.",
            en=f"“{country}” at the end of the item number is not a country.",
            pointer=pointer,
        )


def _bad_dossier(text: str, pointer: str, *, vi: str, en: str) -> Invalid:
    return Invalid(
        "dossier-code",
        vi=f"Mã hồ sơ “{_quoted(text)}” không đúng: {vi}.",
        en=f"Dossier code “{_quoted(text)}” is not valid: {en}.",
        pointer=pointer,
    )


def _quoted(text: str) -> str:
    """What was typed, short enough to show back."""
    return text if len(text) <= 40 else text[:39] + "…"
