"""S10 numbers and dossier codes: what is accepted, what is refused and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.codes import COUNTRIES, LAST_SERIAL, make_s10, parse_dossier_code, parse_s10, s10_check_digit

SERIALS = st.integers(min_value=0, max_value=LAST_SERIAL)


@pytest.mark.parametrize("code", ["RB123456785GB", "RB123456785US", "EB000717595HK", "CH167101882VN"])
def test_a_number_from_another_post_is_read(code: str) -> None:
    """Contract C1's valid vectors: a scanner meets numbers that we did not issue."""
    assert parse_s10(code) == code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("RB123456786US", "s10-check-digit"),
        ("RB123456785XX", "s10-country"),
        ("EB000717594HK", "s10-check-digit"),
        ("1847176155123", "s10-form"),
        ("", "s10-form"),
        ("RB12345678٥GB", "s10-form"),
        ("RB123456785VNX", "s10-form"),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(code: str, why: str) -> None:
    """Contract C1's invalid vectors: the clerk must know whether to retype or to look for another code."""
    with pytest.raises(Invalid) as refused:
        parse_s10(code, pointer="/code")
    assert (refused.value.code, refused.value.pointer) == (why, "/code")
    assert refused.value.vi != refused.value.en


def test_case_and_spaces_do_not_matter() -> None:
    """People copy the number from a receipt, where it is printed in groups."""
    assert parse_s10(" rb 123 456 785 gb ") == "RB123456785GB"


@given(serial=SERIALS, country=st.sampled_from(sorted(COUNTRIES)))
def test_every_number_made_is_read_back(serial: int, country: str) -> None:
    """What we print on a label must never be refused by our own scanner."""
    code = make_s10("RA", serial, country)
    assert len(code) == 13
    assert parse_s10(code) == code


@given(serial=SERIALS, place=st.integers(0, 7), add=st.integers(1, 9))
def test_a_wrong_digit_is_caught_but_for_the_two_remainders_that_share_a_check_digit(
    serial: int, place: int, add: int
) -> None:
    """The standard's known hole (10 and 0, 11 and 5) is the reason that a passing code may still be unknown."""
    digits = f"{serial:08d}"
    wrong = digits[:place] + str((int(digits[place]) + add) % 10) + digits[place + 1 :]
    assert s10_check_digit(int(wrong)) != s10_check_digit(serial) or s10_check_digit(serial) in (0, 5)


@pytest.mark.parametrize(
    ("service", "serial", "country"),
    [("ra", 1, "VN"), ("R", 1, "VN"), ("RA", -1, "VN"), ("RA", 10**8, "VN"), ("RA", 1, "ZZ")],
)
def test_no_number_is_made_of_parts_that_cannot_be_read_back(service: str, serial: int, country: str) -> None:
    """A serial that overflows its eight digits must stop the issuing, not print a wrong label."""
    with pytest.raises(Invalid):
        make_s10(service, serial, country)


@pytest.mark.parametrize(
    "code", ["38.98.H29-210519-0003", "000.00.01.H29-260310-0420", "H29.38-260310-0420", "000.00.16.G06-251231-000123"]
)
def test_dossier_codes_of_all_three_forms_are_accepted(code: str) -> None:
    """Contract C3: agencies changed their systems, and old dossiers are still on their way."""
    assert parse_dossier_code(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "H29.38-260310",
        "H29.38-261310-0420",
        "H29.38-260230-0420",
        "38.98-260310-0420",
        "H29..38-260310-0420",
        "H29.38-260310-0420; DROP",
        "RB123456785GB",
        "H" * 10_000,
    ],
)
def test_what_is_no_dossier_code_is_refused_in_words_short_enough_to_show(code: str) -> None:
    """A month 13 or a missing agency means a mistyped code, and the item could not be matched to its dossier."""
    with pytest.raises(Invalid) as refused:
        parse_dossier_code(code)
    assert refused.value.code == "dossier-code"
    assert len(refused.value.vi) < 200
