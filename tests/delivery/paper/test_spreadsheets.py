"""CSV files that a spreadsheet opens as data."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from delivery.paper.spreadsheets import as_csv, harmless


@given(st.text())
def test_no_cell_acts(text: str) -> None:
    """A dossier code that begins with = would run on the accountant's machine (contracts C12)."""
    cell = harmless(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert "\0" not in cell


def test_a_file_reads_back_with_its_numbers_and_its_vietnamese() -> None:
    """Amounts below zero are numbers, not formulas."""
    text = as_csv(["Mã hồ sơ", "Tiền"], [["=1+1", -5], ["a,b", 7]])
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Mã hồ sơ", "Tiền"], ["'=1+1", "-5"], ["a,b", "7"]]
