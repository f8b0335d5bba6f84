"""What a payer wrote is understood whatever their bank did to it, and nothing is read into it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.codes import make_s10, parse_s10
from delivery.rules.transfers import Notice, compact, references

NUMBER = "RR123456785VN"
BEYOND_WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
BETWEEN = st.sampled_from(["", " ", "  ", ".", "-", "_", "/", ", ", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"])


@pytest.mark.parametrize(
    "content",
    [
        NUMBER,
        "rr123456785vn",
        "RR 1234 5678 5 VN",
        "MBVCB.123456.RR123456785VN.CT tu 0071000123 NGUYEN VAN A toi 0011012345678",
        "IBFT RR-123-456-785-VN tra cuoc",
        "Thanh toánRR123456785VNcảm ơn",
        "123RR123456785VN99",
        "ＲＲ１２３４５６７８５ＶＮ",
    ],
)
def test_banks_habits_do_not_hide_a_number(content: str) -> None:
    """Each bank rewrites what its customer typed in a way of its own."""
    assert references(content).items == (NUMBER,)


@pytest.mark.parametrize(
    "content", ["", "tra tien cuoc", "RR123456786VN", "RR123456785US", "RR12345678VN", "123456785"]
)
def test_what_is_no_number_of_ours_is_not_taken_for_one(content: str) -> None:
    """A wrong check digit must not pay a stranger's item."""
    assert references(content).items == ()


@given(
    serial=st.integers(0, 99_999_999),
    before=BEYOND_WORDS,
    after=BEYOND_WORDS,
    gaps=st.lists(BETWEEN, min_size=13, max_size=13),
    small=st.lists(st.booleans(), min_size=13, max_size=13),
)
def test_a_number_is_found_in_whatever_surrounds_it(
    serial: int, before: str, after: str, gaps: list[str], small: list[bool]
) -> None:
    """Case, spaces, punctuation and strangers' words change nothing."""
    number = make_s10("RR", serial)
    written = "".join(gap + (sign.lower() if low else sign) for sign, gap, low in zip(number, gaps, small, strict=True))
    assert number in references(before + written + after).items


@given(BEYOND_WORDS)
def test_everything_found_is_well_formed_and_found_once(content: str) -> None:
    """What is looked up has passed its check digit."""
    found = references(content)
    assert all(parse_s10(number) == number for number in found.items)
    assert len(set(found.items)) == len(found.items)
    assert len(set(found.statements)) == len(found.statements)


def test_two_numbers_are_both_told_in_the_order_written() -> None:
    """One sum for two envelopes: a person must part it."""
    other = make_s10("RR", 7)
    assert references(f"{other} va {NUMBER} va {other}").items == (other, NUMBER)


@pytest.mark.parametrize(
    "content", ["BK2610-H29", "bk2610h29", "TT BK2610-H29 thang 10", "VCB.99.BK 2610 H29.UBND", "xBK2610H29"]
)
def test_a_statements_number_is_among_the_candidates(content: str) -> None:
    """Banks drop the hyphen; which candidate is one, the statements themselves say."""
    assert compact("BK2610-H29") in references(content).statements


def test_a_candidate_that_ends_with_a_word_comes_before_one_that_cuts_a_word() -> None:
    """Agency H2 must not be paid by what was meant for H29, nor the other way round."""
    assert references("BK2610-H2 901 A").statements[:3] == ("BK2610H2901A", "BK2610H2901", "BK2610H2")
    assert references("BK2610-H29").statements == ("BK2610H29", "BK2610H2", "BK2610H")


@pytest.mark.parametrize("content", ["BK2613-H29", "BK2600H29", "BK2610", "BK26-10"])
def test_a_month_that_is_none_makes_no_candidate(content: str) -> None:
    """BK stands in many words."""
    assert references(content).statements == ()


def test_a_notice_hides_what_was_written_and_refuses_nonsense() -> None:
    """It ends up in tracebacks sooner or later, and a negative credit would be a payment by us."""
    at = datetime(2026, 11, 30, tzinfo=UTC)
    assert "NGUYEN" not in repr(Notice(bank_reference="FT1", amount=1, content="NGUYEN VAN A", paid_at=at))
    for wrong in (
        {"bank_reference": ""},
        {"bank_reference": " FT1"},
        {"bank_reference": "F\nT"},
        {"amount": 0},
        {"amount": 10**16},
        {"content": "x" * 1001},
        {"paid_at": at.replace(tzinfo=None)},
    ):
        with pytest.raises(ValueError, match=r"reference|FT1"):
            Notice(**{"bank_reference": "FT1", "amount": 1, "content": "", "paid_at": at} | wrong)  # type: ignore[arg-type]
