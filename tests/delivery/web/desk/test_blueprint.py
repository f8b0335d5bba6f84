"""What a scanner or a person types becomes item numbers."""

import pytest

from delivery.web.desk.blueprint import numbers_in

ONE, TWO = "RV000000014VN", "RV000000028VN"


@pytest.mark.parametrize(
    "typed",
    [f"{ONE}\n{TWO}", f"{ONE}\r\n\r\n{TWO}\r\n", f"{ONE} {TWO}", f"{ONE},{TWO}", f"{ONE}; {TWO}", f"{ONE}{TWO}",
     f"rv 0000 0001 4 vn\n{TWO}\n{ONE}"],
)  # fmt: skip
def test_numbers_are_read_however_they_are_parted_and_grouped(typed: str) -> None:
    """Scanners send Enter, Tab or nothing; people copy the groups that the label shows."""
    assert numbers_in(typed) == [ONE, TWO]


def test_nothing_typed_is_no_number() -> None:
    """The use case then says that a number is missing, instead of looking for an empty one."""
    assert numbers_in(" \n , ") == []
