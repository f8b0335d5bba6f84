"""What changes from one book to the next is told whole: in đồng for each cell, in words for the rest."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from tariffs import shelf
from tariffs.book import Book, Service, Zone
from tariffs.compare import Kind, differences
from tests.tariffs.made_books import WHOLE_TEXT, books, whole_book


def changed(old: str, new: str) -> Book:
    """The whole book with one of its lines written anew."""
    assert old in WHOLE_TEXT
    return shelf.read(WHOLE_TEXT.replace(old, new, 1), place="changed.toml")


def sentences(after: Book) -> list[str]:
    """What is told in Vietnamese of the way from the whole book to another."""
    return [change.words.vi for change in differences(whole_book(), after).changes]


def test_a_book_does_not_differ_from_itself() -> None:
    """An approver who sees no difference must be able to trust it."""
    found = differences(whole_book(), whole_book())
    assert found.same
    assert found.counted() == (0, 0, len(found.cells))


@settings(max_examples=60)
@given(books(), books())
def test_nothing_is_told_exactly_when_the_books_hold_the_same(one: Book, other: Book) -> None:
    """A change that nobody is told of would be approved unseen."""
    same = replace(one, digest="", code="") == replace(other, digest="", code="")
    assert differences(one, other).same is same
    assert differences(one, one).same


@settings(max_examples=40)
@given(books(), books())
def test_the_way_back_takes_off_what_the_way_there_put_on(one: Book, other: Book) -> None:
    """Each cell's đồng are the same in both directions, with the other sign."""
    there, back = differences(one, other), differences(other, one)
    assert [cell.delta for cell in there.cells] == [None if cell.delta is None else -cell.delta for cell in back.cells]


def test_a_dearer_cell_is_shown_with_its_weights_zone_and_dong() -> None:
    """The clerk who typed one price wrong must see that one."""
    after = changed("price = { same_commune = 10000,", "price = { same_commune = 9500,")
    found = differences(whole_book(), after)
    cells = [cell for cell in found.cells if not cell.same]
    assert [(c.service, c.over_g, c.to_g, c.zone, c.before, c.after, c.delta) for c in cells] == [
        (Service.RESULT_RETURN, 0, 100, Zone.SAME_COMMUNE, 10_000, 9_500, -500)
    ]
    assert cells[0].row.vi == "đến 100 g"
    assert found.counted()[:2] == (0, 1)
    assert found.changes == ()


def test_a_step_that_is_parted_is_compared_over_the_weights_that_either_book_tells_apart() -> None:
    """Steps of different widths must not be laid beside each other as if they were one."""
    parted = WHOLE_TEXT.replace("over_g = 0\nto_g = 100", "over_g = 0\nto_g = 50", 1).replace(
        "[[services.result_return.steps]]\nover_g = 100",
        "[[services.result_return.steps]]\nover_g = 50\nto_g = 100\n"
        "price = { same_commune = 11000, same_province = 20000, same_region = 25000, adjacent_region = 30000, "
        "distant_region = 35000 }\n"
        "legal_max = { same_commune = 15000, same_province = 30000, same_region = 40000, adjacent_region = 50000, "
        "distant_region = 60000 }\n\n[[services.result_return.steps]]\nover_g = 100",
        1,
    )
    found = differences(whole_book(), shelf.read(parted, place="parted.toml"))
    rows = {
        (cell.over_g, cell.to_g): cell.delta
        for cell in found.cells
        if cell.service is Service.RESULT_RETURN and cell.zone is Zone.SAME_COMMUNE and cell.over_g is not None
    }
    assert rows == {(0, 50): 0, (50, 100): 1_000, (100, 500): 0}
    assert "Chuyển trả kết quả: nấc khối lượng 0 – 100 – 500 g → 0 – 50 – 100 – 500 g." in [
        change.words.vi for change in found.changes
    ]


def test_a_further_step_of_another_size_has_a_price_in_one_book_only() -> None:
    """500 g for 2,000 đ and 250 g for 2,000 đ are not the same price."""
    found = differences(whole_book(), changed("each_g = 500", "each_g = 250"))
    further = [cell for cell in found.cells if cell.over_g is None and cell.zone is Zone.SAME_COMMUNE][:2]
    assert [(cell.to_g, cell.before, cell.after, cell.delta) for cell in further] == [
        (250, None, 2_000, None),
        (500, 2_000, None, None),
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("in_force_from = 2025-07-01", "in_force_from = 2027-01-01", "có hiệu lực từ 01/07/2025 → 01/01/2027."),
        ('surcharge = "8"', 'surcharge = "not_subject"', "Thuế GTGT: phụ thu 8 % → không chịu thuế."),
        ("unit = 100", "unit = 500", "Làm tròn: đơn vị 100 đ → 500 đ."),
        ('"north", "south", "distant', '"north", "south", "adjacent', "cách vùng → vùng kề cận."),
        ("same_commune = 10800,", "same_commune = 11000,", "Mức tối đa: 1 ô tăng 200 đ."),
    ],
)
def test_each_other_change_is_one_sentence(old: str, new: str, sentence: str) -> None:
    """What is no price is told in words, once, with what was and what will be."""
    (told,) = sentences(changed(old, new))
    assert told.endswith(sentence)


def test_a_waiver_that_comes_or_goes_is_named() -> None:
    """A waiver that is dropped takes money from the poorest: it must stand out."""
    start = WHOLE_TEXT.index("[waivers.poor_household]")
    end = WHOLE_TEXT.index("[waivers", start + 1)
    without = shelf.read(WHOLE_TEXT[:start] + WHOLE_TEXT[end:], place="without.toml")
    gone = differences(whole_book(), without).changes
    come = differences(without, whole_book()).changes
    assert [(change.kind, change.place) for change in gone] == [(Kind.REMOVED, "waivers.poor_household")]
    assert [change.kind for change in come] == [Kind.ADDED]
    assert come[0].words.en.startswith("Added ")
    assert "%" in come[0].words.vi


def test_the_order_of_waivers_is_told_since_it_decides_between_equals() -> None:
    """Two books with the same waivers in another order may name another bearer."""
    book = whole_book()
    turned = replace(book, waivers=dict(reversed(list(book.waivers.items()))))
    (told,) = differences(book, turned).changes
    assert told.place == "waivers"


def test_the_shipped_books_differ_in_vat_and_maxima_only() -> None:
    """The second shipped book was made to show this page."""
    found = differences(*shelf.shipped())
    assert found.counted() == (0, 0, 45)
    assert {change.place.partition(".")[0] for change in found.changes} == {"legal_max", "book", "vat", "sources"}
