"""Phone numbers: today's form of each, and who can get an SMS."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.phones import PREFIXES_OF_2018, Phone, PhoneKind, last4, masked, parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "(091) 234-5678",
        "+84912345678",
        "+84 0912345678",
        "84912345678",
        "0084912345678",
        "912345678",
        "０９１２３４５６７８",
    ],
)
def test_every_usual_way_of_writing_gives_the_same_number(typed: str) -> None:
    """The blind index finds an addressee by phone only if all spellings become one."""
    assert parse_phone(typed) == Phone(e164="+84912345678", kind=PhoneKind.MOBILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0162 123 4567", "+84321234567"),
        ("0169 123 4567", "+84391234567"),
        ("0120 123 4567", "+84701234567"),
        ("0121 123 4567", "+84791234567"),
        ("0122 123 4567", "+84771234567"),
        ("0126 123 4567", "+84761234567"),
        ("0128 123 4567", "+84781234567"),
        ("0123 123 4567", "+84831234567"),
        ("0124 123 4567", "+84841234567"),
        ("0125 123 4567", "+84851234567"),
        ("0127 123 4567", "+84811234567"),
        ("0129 123 4567", "+84821234567"),
        ("0186 123 4567", "+84561234567"),
        ("0188 123 4567", "+84581234567"),
        ("0199 123 4567", "+84591234567"),
        ("+84 (0)162 123 4567", "+84321234567"),
        ("84 162 123 4567", "+84321234567"),
    ],
)
def test_an_eleven_digit_mobile_becomes_todays_ten_digits(old: str, new: str) -> None:
    """Dossiers from before 2018 carry numbers that no network delivers to any more."""
    assert parse_phone(old) == Phone(e164=new, kind=PhoneKind.MOBILE)


def test_the_change_of_2018_covers_its_twenty_one_prefixes() -> None:
    """A prefix left out would make its owners unreachable."""
    assert len(PREFIXES_OF_2018) == len(set(PREFIXES_OF_2018.values())) == 21


@pytest.mark.parametrize(
    ("typed", "kind", "can_sms"),
    [
        ("0912345678", PhoneKind.MOBILE, True),
        ("028 3822 1234", PhoneKind.LANDLINE, False),
        ("1900 1234", PhoneKind.OTHER, False),
        ("+1 415 555 2671", PhoneKind.OTHER, False),
        ("+44 7911 123456", PhoneKind.OTHER, False),
    ],
)
def test_only_a_vietnamese_mobile_gets_sms(typed: str, kind: PhoneKind, can_sms: bool) -> None:
    """A text to a landline is paid for and never read: those people are called or written to."""
    phone = parse_phone(typed)
    assert (phone.kind, phone.can_sms) == (kind, can_sms)


@pytest.mark.parametrize(
    "typed", ["", "abc", "113", "0912345", "0912345678/0987654321", "+84", "9" * 400, "0162123456"]
)
def test_what_is_no_number_is_refused_without_repeating_it(typed: str) -> None:
    """Errors are logged and answered, and a phone number is personal data."""
    with pytest.raises(Invalid) as refused:
        parse_phone(typed, pointer="/addressee/phone")
    assert refused.value.pointer == "/addressee/phone"
    assert not typed or typed not in refused.value.vi + refused.value.en


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    """Nothing that an agency sends may crash the hand-off."""
    with suppress(Invalid):
        assert parse_phone(text).e164.startswith("+")


@given(st.integers(0, 9_999_999))
def test_reading_a_number_again_changes_nothing(tail: int) -> None:
    """Numbers come back from our own store and must stay what they are."""
    once = parse_phone(f"0126{tail:07d}")
    assert parse_phone(once.e164) == once


@pytest.mark.parametrize(
    ("e164", "shown"),
    [("+84912345678", "09xx xxx 678"), ("+842838221234", "02xx xxxx 234"), ("+14155552671", "+xx xxxx 671")],
)
def test_a_masked_number_shows_enough_to_recognise_and_too_little_to_call(e164: str, shown: str) -> None:
    """It stands on labels that anybody can read."""
    assert masked(e164) == shown
    assert last4(e164) == e164[-4:]


def test_a_phone_cannot_be_built_from_a_national_number() -> None:
    """One form in the store, or the blind index misses."""
    with pytest.raises(ValueError, match="15 digits"):
        Phone(e164="0912345678", kind=PhoneKind.MOBILE)
