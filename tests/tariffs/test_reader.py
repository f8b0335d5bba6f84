"""The reader holds the parts of a book against each other: cells, maxima, regions and zones."""

import pytest

from tariffs import shelf
from tariffs.book import PROVINCES, Zone
from tests.tariffs.made_books import WHOLE_TEXT


def where_refused(text: str) -> str:
    """The place of the refusal."""
    with pytest.raises(shelf.BookRefused) as caught:
        shelf.read(text, place="book.toml")
    return caught.value.place


def test_a_shipped_book_names_a_zone_for_every_two_provinces_in_both_orders() -> None:
    """A pair without a zone would be a citizen without a price."""
    for book in shelf.shipped():
        pairs = {(a, b) for a in PROVINCES for b in PROVINCES if a != b}
        assert book.zones.keys() == pairs
        assert all(book.zones[a, b] is book.zones[b, a] for a, b in pairs)
        assert book.zones["79", "01"] is Zone.DISTANT_REGION
        assert book.zones["79", "80"] is Zone.SAME_REGION


def test_a_part_of_a_dong_above_the_legal_maximum_is_above_it() -> None:
    """10,005 đ and 8 % make 10,805.4 đ: rounded it would pass, and five such cells would break the law."""
    text = WHOLE_TEXT.replace("unit = 100", "unit = 1").replace("same_commune = 10000,", "same_commune = 10005,", 1)
    assert where_refused(text.replace("same_commune = 10800,", "same_commune = 10805,")) == (
        "book.toml: services.result_return.steps[0].price.same_commune"
    )
    assert shelf.read(text.replace("same_commune = 10800,", "same_commune = 10806,"), place="book.toml").unit == 1
