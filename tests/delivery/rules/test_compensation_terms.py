"""The terms of compensation: read whole or refused by the name of the field, and never harder than the law."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.compensation_terms import DEFAULT_TERMS, ClaimKind, Terms, in_force, months_after, read_terms

DEFAULT = read_terms(DEFAULT_TERMS)


def _document() -> dict[str, Any]:
    return copy.deepcopy(dict(DEFAULT_TERMS))


def test_the_terms_that_ship_are_the_floors_of_the_law() -> None:
    """Six months for loss and delay, one for damage and price, two to answer, thirty days to pay, four times."""
    assert dict(DEFAULT.claim_months) == {
        ClaimKind.LOST: 6,
        ClaimKind.DELAYED: 6,
        ClaimKind.DAMAGED: 1,
        ClaimKind.PRICE_ERROR: 1,
    }
    assert (DEFAULT.answer_months, DEFAULT.pay_days, DEFAULT.loss_multiple) == (2, 30, 4)


def test_terms_survive_json_whatever_the_order_of_their_keys() -> None:
    """They are stored as jsonb, which sorts keys its own way."""
    assert read_terms(json.loads(json.dumps(_document(), sort_keys=True))) == DEFAULT


def _change(**fields: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(fields)


def _inside(field: str, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document[field].update({key: value})


@pytest.mark.parametrize(
    ("harm", "pointer"),
    [
        (_change(name=" "), "/name"),
        (_change(valid_from="20250701"), "/valid_from"),
        (_change(valid_from=20250701), "/valid_from"),
        (_change(loss_multiple=3), "/loss_multiple"),
        (_change(loss_multiple=4.0), "/loss_multiple"),
        (_change(loss_multiple=True), "/loss_multiple"),
        (_change(answer_months=3), "/answer_months"),
        (_change(pay_days=31), "/pay_days"),
        (_change(surprise=1), "/surprise"),
        (lambda document: document.pop("pay_days"), "/pay_days"),
        (_inside("claim_months", "lost", 5), "/claim_months/lost"),
        (_inside("claim_months", "damaged", 0), "/claim_months/damaged"),
        (_inside("claim_months", "overpaid", 1), "/claim_months"),
        (_change(claim_months=[]), "/claim_months"),
        (_inside("sources", "loss", ""), "/sources/loss"),
        (_inside("sources", "gossip", "x"), "/sources"),
        (_change(delay_steps=[]), "/delay_steps"),
        (_change(delay_steps="late"), "/delay_steps"),
        (_change(delay_steps=[{"days": 1}]), "/delay_steps/0"),
        (_change(delay_steps=[{"days": 1, "percent": 12.5}]), "/delay_steps/0/percent"),
        (_change(delay_steps=[{"days": 0, "percent": 10}]), "/delay_steps"),
        (_change(delay_steps=[{"days": 1, "percent": 101}]), "/delay_steps"),
        (_change(delay_steps=[{"days": 2, "percent": 50}, {"days": 2, "percent": 60}]), "/delay_steps"),
        (_change(delay_steps=[{"days": 2, "percent": 50}, {"days": 3, "percent": 50}]), "/delay_steps"),
    ],
)
def test_a_mistake_is_refused_by_the_name_of_its_field(harm: Callable[[dict[str, Any]], None], pointer: str) -> None:
    """A term read wrongly would cost people money for months."""
    document = _document()
    harm(document)
    with pytest.raises(Invalid) as refusal:
        read_terms(document)
    assert (refusal.value.code, refusal.value.pointer) == ("compensation-field", pointer)


@given(first=st.integers(0, 400), second=st.integers(0, 400))
def test_a_longer_delay_never_gives_back_less(first: int, second: int) -> None:
    """Waiting longer must not cost the claimant."""
    low, high = sorted((first, second))
    assert 0 <= DEFAULT.delay_percent(low) <= DEFAULT.delay_percent(high) <= 100


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 15), 2, date(2027, 2, 15)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, then: date) -> None:
    """There is no 31 February."""
    assert months_after(day, months) == then


@given(day=st.dates(date(2020, 1, 1), date(2060, 12, 31)), months=st.integers(0, 60))
def test_months_after_is_in_that_month_and_no_later_in_it(day: date, months: int) -> None:
    """Counting months never slips into the next one."""
    then = months_after(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day <= day.day


def test_the_latest_terms_that_have_begun_are_in_force() -> None:
    """Terms of the next year say nothing of this one."""
    later: Terms = read_terms({**_document(), "valid_from": "2027-01-01", "loss_multiple": 5})
    assert in_force([DEFAULT, later], date(2026, 12, 31)) is DEFAULT
    assert in_force([later, DEFAULT], date(2027, 1, 1)) is later
    assert in_force([DEFAULT], date(2025, 6, 30)) is None
