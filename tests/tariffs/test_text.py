"""A text is read value by value: what no price can hold is refused by its place."""

import pytest

from tariffs import shelf
from tests.tariffs.made_books import WHOLE_TEXT


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("same_commune = 10000,", "same_commune = 1000000001,", "services.result_return.steps[0].price.same_commune"),
        ('cite = "Đặt ra để thử"', 'cite = "Đặt\\u0000ra"', "sources.made_up.cite"),
        ('cite = "Đặt ra để thử"', 'cite = "Đặt\\nra"', "sources.made_up.cite"),
        ("[sources.made_up]", '[sources."made\\u0000up"]', "sources"),
    ],
)
def test_what_could_not_be_kept_or_printed_is_refused(old: str, new: str, place: str) -> None:
    """A NUL fits no database, a billion no receipt; found when the first item is priced it would be too late."""
    with pytest.raises(shelf.BookRefused) as caught:
        shelf.read(WHOLE_TEXT.replace(old, new, 1), place="b.toml")
    assert caught.value.place == f"b.toml: {place}"


@pytest.mark.parametrize("text", ["x = " + "9" * 5_000, "x = 2025-02-30", "x = " + "[" * 5_000, "x = 25:61:00"])
def test_what_only_looks_like_toml_is_no_toml(text: str) -> None:
    """Numbers and days that no machine holds, and brackets without end, are the sender's mistake."""
    with pytest.raises(shelf.BookRefused, match="is not TOML"):
        shelf.read(text, place="b.toml")
