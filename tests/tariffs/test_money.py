"""Money is exact: no float, no đồng lost."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.money import Dong, Rate, Rounding, out_of_gross, percent_of, rate_of, share, split, vat_on, written

amounts = st.integers(-(10**12), 10**12)
rates = st.integers(0, 10_000).map(Rate)


@given(amounts, rates, st.sampled_from(Rounding), st.sampled_from([1, 100, 500, 1000]))
def test_a_share_lies_within_one_unit_of_the_exact_share_and_on_a_unit(
    amount: int, rate: Rate, rounding: Rounding, unit: int
) -> None:
    """A reader with a pencil must reach the same đồng."""
    got = share(amount, rate, rounding=rounding, unit=unit)
    off = Fraction(abs(got)) - Fraction(abs(amount) * rate, 10_000)
    assert got % unit == 0
    if rounding is Rounding.HALF_UP:
        assert -Fraction(unit, 2) < off <= Fraction(unit, 2)
    elif rounding is Rounding.UP:
        assert 0 <= off < unit
    else:
        assert -unit < off <= 0


@given(amounts, rates, st.sampled_from(Rounding), st.sampled_from([1, 100]))
def test_a_share_and_its_reversal_cancel_out(amount: int, rate: Rate, rounding: Rounding, unit: int) -> None:
    """A correction reverses a line; rounding must not leave a đồng behind."""
    there = share(amount, rate, rounding=rounding, unit=unit)
    assert there + share(-amount, rate, rounding=rounding, unit=unit) == 0


def test_half_a_dong_rounds_up() -> None:
    """The case on which half-up and banker's rounding part: 8 % of 6.25 is exactly one half."""
    assert share(50, Rate(100)) == 1
    assert share(150, Rate(100)) == 2


@given(amounts.map(Dong), st.one_of(rates, st.just("not_subject")))
def test_parting_a_gross_amount_loses_no_dong(gross: Dong, rate: Rate) -> None:
    """An invoice whose net and VAT do not make the amount paid is refused by the tax office."""
    net, vat = out_of_gross(gross, rate)
    assert net + vat == gross


@given(amounts.map(Dong), rates)
def test_parting_the_gross_of_a_net_amount_gives_it_back(net: Dong, rate: Rate) -> None:
    """Adding VAT and parting it again are one another's reverse."""
    gross = Dong(net + vat_on(net, rate))
    assert out_of_gross(gross, rate) == (net, gross - net)


@given(amounts.map(Dong), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_splitting_loses_no_dong_and_is_fair_to_one_dong(amount: Dong, weights: list[int]) -> None:
    """A discount over many lines must come back together to the discount."""
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


def test_the_left_over_dong_goes_to_the_largest_remainder_then_to_the_earlier_part() -> None:
    """The same split every time, so that two computers agree."""
    assert split(Dong(100), [1, 1, 1]) == (34, 33, 33)
    assert split(Dong(10), [1, 2, 3]) == (2, 3, 5)


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_splitting_by_impossible_weights_is_refused(weights: list[int]) -> None:
    """Nothing to split by is a mistake of the caller, never a lost amount."""
    with pytest.raises(ValueError, match="Cannot split"):
        split(Dong(100), weights)


@given(rates)
def test_a_rate_is_written_as_it_is_read(rate: Rate) -> None:
    """Rates are frozen as text; they must come back as they were."""
    assert rate_of(percent_of(rate)) == rate


@pytest.mark.parametrize("text", ["", "8%", "-1", "1,5", "0.125", "1e1", "٨", " 8"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    """A guess at a rate would be a guess at a price."""
    with pytest.raises(ValueError, match="not a percentage"):
        rate_of(text)


def test_amounts_are_written_as_vietnamese_write_them() -> None:
    """The point parts thousands."""
    assert written(26_500) == "26.500 đ"
    assert written(-1_000_000) == "-1.000.000 đ"
