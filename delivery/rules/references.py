"""The post's own reference numbers for lists and bags: short enough to read out, never reused."""

from datetime import date
from uuid import UUID

# Crockford's base 32: no I, L, O or U, which are misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 7


def reference(prefix: str, day: date, row: UUID) -> str:
    """The reference of the thing whose row is `row`, made on `day` (Viet Nam's): `BG-261130-7K3M9QA`.

    The last part is 35 of the row's random bits; the column's unique index would refuse the one in
    thirty thousand million that clashes on a day.
    """
    bits = row.int
    letters = []
    for _ in range(_LENGTH):
        bits, index = divmod(bits, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return f"{prefix}-{day:%y%m%d}-{''.join(letters)}"
