"""Exact money: whole đồng, rates in hundredths of a percent, and divisions that lose nothing. No float anywhere."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Literal, NewType

Dong = NewType("Dong", int)
"""Whole đồng. Negative for what is given back."""

Rate = NewType("Rate", int)
"""Hundredths of a percent: 8 % is 800."""

NOT_SUBJECT: Final = "not_subject"
VatRate = Rate | Literal["not_subject"]
"""A rate, or not subject to VAT at all, which is not the same as a rate of 0."""

WHOLE: Final = Rate(10_000)
_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?")


class Rounding(StrEnum):
    """What happens to the part below the unit. It acts on the size, so an amount and its reversal round alike."""

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"


def share(amount: int, rate: Rate, *, rounding: Rounding = Rounding.HALF_UP, unit: int = 1) -> Dong:
    """`rate` of `amount` đồng, rounded to a multiple of `unit` đồng. A negative amount mirrors the positive one."""
    whole = 10_000 * unit
    size = abs(amount) * rate
    if rounding is Rounding.HALF_UP:
        units = (2 * size + whole) // (2 * whole)
    elif rounding is Rounding.DOWN:
        units = size // whole
    else:
        units = -(-size // whole)
    return Dong(units * unit if amount >= 0 else -units * unit)


def vat_on(net: int, rate: VatRate) -> Dong:
    """The VAT on `net` đồng, to the nearest đồng, half a đồng upwards."""
    return Dong(0) if rate == "not_subject" else share(net, rate)


def out_of_gross(gross: Dong, rate: VatRate) -> tuple[Dong, Dong]:
    """Part an amount that contains VAT into (net, vat); the two always add up to `gross` again."""
    if rate == "not_subject":
        return gross, Dong(0)
    size = abs(gross)
    whole = 10_000 + rate
    vat = (2 * size * rate + whole) // (2 * whole)
    vat = vat if gross >= 0 else -vat
    return Dong(gross - vat), Dong(vat)


def split(amount: Dong, weights: Sequence[int]) -> tuple[Dong, ...]:
    """Part `amount` in proportion to `weights`, so that the parts sum to `amount` exactly.

    Each part is within one đồng of its exact share; the đồng left over go to the largest remainders, and among equals
    to the earlier part. Raises ValueError for no weights, a negative weight, or weights that are all zero.
    """
    total = sum(weights)
    if not weights or total == 0 or min(weights) < 0:
        raise ValueError(f"Cannot split {written(amount)} by the weights {list(weights)}: need some, none negative.")
    size = abs(amount)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return tuple(Dong(part if amount >= 0 else -part) for part in parts)


def rate_of(percent: str) -> Rate:
    """Read a percentage such as "8" or "0.75", at most two decimals. Raises ValueError for anything else."""
    read = _PERCENT.fullmatch(percent)
    if read is None or not percent.isascii():
        raise ValueError(f"“{percent}” is not a percentage: write it like 8 or 0.75.")
    return Rate(int(read[1]) * 100 + int((read[2] or "").ljust(2, "0")))


def percent_of(rate: Rate) -> str:
    """Write a rate as `rate_of` reads it: 800 is "8", 75 is "0.75"."""
    whole, hundredths = divmod(rate, 100)
    return f"{whole}.{hundredths:02d}".rstrip("0") if hundredths else str(whole)


def written(amount: int) -> str:
    """An amount for people, as Vietnamese write it: "26.500 đ"."""
    return f"{amount:,}".replace(",", ".") + " đ"
