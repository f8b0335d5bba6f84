"""References that people read out to each other."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.references import reference
from delivery.store.base import new_id


@given(row=st.uuids(version=4), day=st.dates(min_value=date(2025, 7, 1), max_value=date(2099, 12, 31)))
def test_a_reference_shows_kind_and_day_and_no_letter_that_is_misread(row: UUID, day: date) -> None:
    """It is read out over a bad line: I, L, O and U are left out."""
    prefix, shown, letters = reference("BG", day, row).split("-")
    assert (prefix, shown) == ("BG", f"{day:%y%m%d}")
    assert len(letters) == 7
    assert not set(letters) & set("ILOU")


def test_rows_made_together_have_different_references() -> None:
    """Ids made in one millisecond differ in their random half, which is what a reference shows."""
    assert len({reference("TT", date(2026, 11, 30), new_id()) for _ in range(2_000)}) == 2_000
