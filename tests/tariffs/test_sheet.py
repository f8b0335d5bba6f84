"""A book goes into a workbook and comes back the same; what is wrong in a workbook is named by its cell."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tariffs import sheet, shelf
from tariffs.book import Book
from tariffs.layout import BOOK_CELLS, LISTS, Grid
from tests.tariffs.made_books import WHOLE_TEXT

RESULTS, CHARGES = "Cước trả kết quả", "Phụ thu, giảm giá"


def same(one: str, other: str) -> bool:
    """Whether two texts hold the same book, apart from how it is written."""
    first, second = (replace(shelf.read(text, place="book"), digest="") for text in (one, other))
    return first == second and list(first.waivers) == list(second.waivers)


def edited(change: Callable[[Workbook], object], text: str = WHOLE_TEXT) -> bytes:
    """A workbook of the whole book after somebody edited it."""
    book = load_workbook(io.BytesIO(sheet.write(text)))
    change(book)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def written(cell: str, value: object) -> Callable[[Workbook], object]:
    """Types `value` into a cell such as "Chung!B2"."""
    name, _, place = cell.partition("!")

    def change(book: Workbook) -> None:
        book[name][place].value = value

    return change


def refused(packed: bytes) -> shelf.BookRefused:
    """What the reader of a workbook is told."""
    with pytest.raises(shelf.BookRefused) as caught:
        sheet.read(packed, place="cuoc.xlsx")
    return caught.value


@pytest.mark.parametrize("text", [WHOLE_TEXT, *shelf.shipped_texts().values()], ids=["whole", "2025", "2027"])
def test_a_book_comes_back_from_its_workbook_with_every_value(text: str) -> None:
    """A clerk who downloads, changes nothing and sends it back must not change a price."""
    assert same(sheet.read(sheet.write(text), place="cuoc.xlsx"), text)


def test_an_edited_price_is_the_only_change() -> None:
    """The reason why anybody edits the sheet."""
    packed = edited(written(f"{RESULTS}!D6", 9_500))
    assert same(
        sheet.read(packed, place="cuoc.xlsx"),
        WHOLE_TEXT.replace("price = { same_commune = 10000,", "price = { same_commune = 9500,", 1),
    )


def test_a_row_that_is_added_is_read() -> None:
    """A new option is a new row, with its group and code."""

    def add(book: Workbook) -> None:
        book[CHARGES].append(["dịch vụ cộng thêm", "evening", "Phát buổi tối", "In the evening", "made_up", 4_000])

    book: Book = shelf.read(sheet.read(edited(add), place="cuoc.xlsx"), place="cuoc.xlsx")
    assert book.options["evening"].charge.flat == 4_000


@pytest.mark.parametrize("day", [datetime(2027, 2, 1), date(2027, 2, 1), "01/02/2027", "2027-02-01"])  # noqa: DTZ001
def test_a_day_may_be_excels_own_or_written(day: object) -> None:
    """Excel turns what looks like a day into one; who pastes text gets the same."""
    packed = edited(written("Chung!B6", day))
    assert shelf.read(sheet.read(packed, place="x"), place="x").in_force_from == date(2027, 2, 1)


@pytest.mark.parametrize("percent", ["7,25", "7.25"])
def test_a_percentage_may_be_written_with_a_comma(percent: str) -> None:
    """Vietnamese write 7,25 %."""
    packed = edited(written("Chung!B11", percent))
    assert 'surcharge = "7.25"' in sheet.read(packed, place="x")


@pytest.mark.parametrize(
    ("cell", "value", "place", "reason"),
    [
        (f"{RESULTS}!D6", 9_500.5, f"{RESULTS}!D6", "has a decimal point"),
        (f"{RESULTS}!D6", "=9500+1", f"{RESULTS}!D6", "is a formula"),
        (f"{RESULTS}!D6", "chín nghìn", f"{RESULTS}!D6", "must be a whole number"),
        (f"{RESULTS}!D6", None, f"{RESULTS}!D6", "has no price"),
        (f"{RESULTS}!D6", 9_550, f"{RESULTS}!D6", "is not a multiple"),
        (f"{RESULTS}!D6", 10_100, f"{RESULTS}!D6", "above its legal maximum"),
        (f"{RESULTS}!B7", 150, f"{RESULTS}!B7", "leaves a gap"),
        (f"{RESULTS}!D5", "Cước", f"{RESULTS}!D5", "keep the headings"),
        (f"{RESULTS}!A6", "bậc", f"{RESULTS}!A6", "is unknown"),
        ("Chung!B2", None, "Chung!B2", "is missing"),
        ("Chung!B3", "chính quy", "Chung!B3", "is unknown"),
        ("Chung!B6", "mai", "Chung!B6", "must be a day"),
        ("Chung!B10", 0.08, "Chung!B10", "has a decimal point"),
        ("Chung!B10", "108", "Chung!B10", "must be a percentage"),
        ("Chung!A3", "Label", "Chung!A3", "keep the headings"),
        (f"{CHARGES}!A3", None, f"{CHARGES}!A3", "has no group"),
        (f"{CHARGES}!E3", "nowhere", f"{CHARGES}!E3", "is not among the sources"),
        ("Miễn giảm!A3", None, "Miễn giảm!A3", "has no code"),
        ("Miễn giảm!F3", "nhiều", "Miễn giảm!F3", None),
        ("Nguồn!C3", None, "Nguồn!C3", "is missing"),
        ("Nguồn!E3", "có lẽ", "Nguồn!E3", "is unknown"),
        ("Vùng!A3", "02", "Vùng!A3", "is not one of the 34 provinces"),
        ("Vùng!A4", "01", "Vùng!A4", "stands here twice"),
        ("Vùng!B3", "east", "Vùng cước", "have no zone"),
        ("Vùng cước!C3", "xa", "Vùng cước!C3", "is unknown"),
    ],
)
def test_each_mistake_is_named_by_its_sheet_and_cell(cell: str, value: object, place: str, reason: str | None) -> None:
    """A clerk finds a cell, not a path in a text that they never saw. Floats are refused: 0.08 may mean 8 %."""
    told = refused(edited(written(cell, value)))
    assert told.place == f"cuoc.xlsx: {place}"
    assert told.vi.startswith(f"cuoc.xlsx: {place}: ")
    assert told.vi.count(place) == 1
    if reason is not None:
        assert reason in told.reason


def test_the_words_that_a_cell_knows_are_offered_and_each_is_understood() -> None:
    """Excel parts a list at its commas: a word with one would be offered as two that nobody knows."""
    offered = [
        (page.title, validation.formula1.strip('"').split(","))
        for page in load_workbook(io.BytesIO(sheet.write(WHOLE_TEXT)))
        for validation in page.data_validations.dataValidation
    ]
    known = [column for rows in (BOOK_CELLS, Grid.columns, *(rows.columns for rows in LISTS)) for column in rows]
    understood = {word for column in known for word in column.choices}
    assert {"minh họa", "nấc tiếp theo", "xác nhận hoặc giấy tờ"} <= {word for _, words in offered for word in words}
    assert all(word.casefold() in understood for _, words in offered for word in words)


def test_a_missing_sheet_is_named() -> None:
    """Somebody deleted it."""
    assert refused(edited(lambda book: book.remove(book["Miễn giảm"]))).place == "cuoc.xlsx: Miễn giảm"


def test_a_second_row_of_further_steps_is_refused() -> None:
    """One of them would silently win."""

    def twice(book: Workbook) -> None:
        rows = list(book[RESULTS].iter_rows(min_row=6, values_only=True))
        book[RESULTS].append(rows[-1])

    assert "repeats" in refused(edited(twice)).reason


@pytest.mark.parametrize(
    "packed",
    [b"", b"code = 'x'", b"PK\x03\x04 torn", sheet.write(WHOLE_TEXT)[:4_000], b"0" * (sheet.LARGEST_FILE + 1)],
    ids=["empty", "text", "torn", "cut", "huge"],
)
def test_what_is_no_workbook_gets_one_clear_answer(packed: bytes) -> None:
    """An upload of the wrong file must not end in a traceback."""
    told = refused(packed)
    assert told.place == "cuoc.xlsx"
    assert told.vi.endswith("hãy tải một biểu cước dạng Excel, sửa rồi gửi lại.")


def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is_unpacked() -> None:
    """A small file must not fill the server's memory."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (sheet.LARGEST_UNPACKED + 1))
    assert "unpacks to more" in refused(packed.getvalue()).reason


def test_a_cell_far_outside_is_refused() -> None:
    """A stray cell at the end of a sheet would be a million empty rows."""
    assert "beyond row" in refused(edited(written("Chung!A50000", "x"))).reason


def test_a_text_that_begins_like_a_formula_stays_a_text() -> None:
    """A note written by one person must not run in another's Excel."""
    text = WHOLE_TEXT.replace('"Không phải giá thật."', '"=1+1"')
    book = load_workbook(io.BytesIO(sheet.write(text)))
    assert book["Nguồn"]["C3"].data_type == "s"
    assert same(sheet.read(sheet.write(text), place="x"), text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Chung", RESULTS, CHARGES, "Miễn giảm", "Nguồn", "Vùng", "Vùng cước"]),
    st.integers(1, 30),
    st.integers(1, 13),
    st.one_of(
        st.none(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates(), st.sampled_from(["", "x"])
    ),
)
def test_any_cell_may_hold_anything_and_the_answer_is_a_book_or_a_refusal(
    name: str, row: int, column: int, value: object
) -> None:
    """People paste the strangest things."""

    def change(book: Workbook) -> None:
        book[name].cell(row, column).value = value  # type: ignore[assignment]

    with suppress(shelf.BookRefused):
        assert shelf.read(sheet.read(edited(change), place="cuoc.xlsx"), place="x")
