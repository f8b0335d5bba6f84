"""Money that arrives at the bank: one credit, and which number its payer meant by what they wrote.

Banks change case, drop or add spaces and punctuation, and put words of their own around the payer's text
("MBVCB.123.RR123456785VN.CT tu 0123"): only letters and digits in their order can be relied on.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from delivery.errors import Invalid
from delivery.rules.codes import S10, parse_s10

LARGEST: Final = 10**15
"""No single credit in đồng comes near; a number beyond is a misread one."""
LONGEST_CONTENT: Final = 1000
LONGEST_REFERENCE: Final = 80

# An agency's code is that short; what follows it in a payer's text is not tried for ever.
_LONGEST_AGENCY: Final = 24
_ITEM = re.compile(r"(?=([A-Z]{2}[0-9]{9}VN))")
_STATEMENT = re.compile(r"(?=BK[0-9]{2}(?:0[1-9]|1[0-2])[A-Z0-9])")
_STATEMENT_HEAD: Final = len("BK2610")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One credit as the bank tells it, in whole đồng. `content` is what the payer wrote: people write names there."""

    bank_reference: str
    amount: int
    content: str = field(repr=False)
    paid_at: datetime

    def __post_init__(self) -> None:
        reference = self.bank_reference
        if (
            not 1 <= len(reference) <= LONGEST_REFERENCE
            or reference != reference.strip()
            or not reference.isprintable()
        ):
            raise ValueError(f"A bank's reference is 1 to {LONGEST_REFERENCE} printable characters.")
        if not 1 <= self.amount <= LARGEST:
            raise ValueError(f"Transfer {reference}: {self.amount} đồng is not an amount that arrives.")
        if len(self.content) > LONGEST_CONTENT:
            raise ValueError(f"Transfer {reference}: its content is longer than {LONGEST_CONTENT} characters.")
        if self.paid_at.tzinfo is None:
            raise ValueError(f"Transfer {reference}: its time lacks a time zone.")


@dataclass(frozen=True, kw_only=True)
class References:
    """The numbers that a payer may have meant.

    `items` pass their check digit, in the order written. `statements` are candidates without punctuation, the likeliest
    first: where an agency's code ends is known only by looking them up.
    """

    items: tuple[S10, ...]
    statements: tuple[str, ...]


def references(content: str) -> References:
    """Find the post's item numbers and candidates for its statements' numbers (`BK<yymm>-<agency>`) in `content`."""
    text, starts = _compact(content)
    items = dict.fromkeys(code for match in _ITEM.finditer(text) if (code := _checked(match[1])))
    statements = dict.fromkeys(
        name for match in _STATEMENT.finditer(text) for name in _names(text, starts, match.start())
    )
    return References(items=tuple(items), statements=tuple(statements))


def compact(number: str) -> str:
    """A number as `references` gives it: capitals and digits only."""
    return _compact(number)[0]


def _compact(content: str) -> tuple[str, frozenset[int]]:
    """The plain capitals and digits of a text, and at which of them a word began (the end counts as one)."""
    kept: list[str] = []
    starts = set()
    apart = True
    for sign in unicodedata.normalize("NFKD", content.replace("đ", "d").replace("Đ", "D")):
        if unicodedata.combining(sign):
            continue
        capitals = sign.upper()
        if capitals.isascii() and capitals.isalnum():
            if apart:
                starts.add(len(kept))
            kept.extend(capitals)
        apart = not (capitals.isascii() and capitals.isalnum())
    return "".join(kept), frozenset(starts | {len(kept)})


def _checked(code: str) -> S10 | None:
    try:
        return parse_s10(code)
    except Invalid:
        return None


def _names(text: str, starts: frozenset[int], begin: int) -> Iterator[str]:
    """What a statement's number that begins there may be: those that end with a word first, longer before shorter."""
    least = begin + _STATEMENT_HEAD + 1
    ends = range(min(len(text), least + _LONGEST_AGENCY - 1), least - 1, -1)
    yield from (text[begin:end] for end in ends if end in starts)
    yield from (text[begin:end] for end in ends if end not in starts)
