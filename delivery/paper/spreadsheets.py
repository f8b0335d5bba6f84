"""CSV files that open in a spreadsheet as what they are: UTF-8 with its mark, and no cell that acts as a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

MEDIA_TYPE = "text/csv; charset=utf-8"
# A cell that begins so is run by a spreadsheet, or hides the next one (contracts C12).
_ACTIVE = ("=", "+", "-", "@", "\t", "\0", "\r", "\n")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """RFC 4180 lines below a byte order mark, which Excel needs for Vietnamese. Numbers stay numbers, below 0 too."""
    out = StringIO()
    out.write("\ufeff")
    lines = csv.writer(out)
    lines.writerow(header)
    lines.writerows([cell if isinstance(cell, int) else harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """`text` behind an apostrophe where a spreadsheet would act on it, and without NUL, which ends it in some."""
    return ("'" + text if text.startswith(_ACTIVE) else text).replace("\0", "")
