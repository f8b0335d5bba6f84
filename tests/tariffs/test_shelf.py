"""The shelf takes whole books and names what is wrong with the others."""

import difflib
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffs import shelf
from tariffs.book import Label, Payer, Service, Zone
from tariffs.quote import quote
from tests.tariffs.made_books import DAY, WHOLE_TEXT, request, whole_book

BAD_BOOKS = sorted((Path(__file__).parent / "bad_books").glob("*.toml"))


def where_refused(text: str) -> str:
    """The place of the refusal, or "read" when the shelf takes the text; any other error comes through."""
    try:
        shelf.read(text, place="book.toml")
    except shelf.BookRefused as refused:
        return refused.place
    return "read"


@pytest.mark.parametrize("path", BAD_BOOKS, ids=lambda path: path.stem)
def test_each_mistake_is_refused_with_its_place_and_reason(path: Path) -> None:
    """Each fixture says in its first two lines where it is wrong, and why: a clerk must read just that."""
    place_line, reason_line, text = path.read_text("utf-8").split("\n", 2)
    with pytest.raises(shelf.BookRefused) as caught:
        shelf.arrange([whole_book(), shelf.read(text, place=path.name)])
    assert caught.value.place.partition(": ")[2] == place_line.removeprefix("# place:").strip()
    assert caught.value.reason == reason_line.removeprefix("# reason:").strip()


@pytest.mark.parametrize("path", BAD_BOOKS, ids=lambda path: path.stem)
def test_each_bad_book_has_one_mistake_only(path: Path) -> None:
    """A fixture with two mistakes would prove nothing about the second."""
    bad = path.read_text("utf-8").split("\n", 2)[2]
    changes = [
        change
        for change in difflib.SequenceMatcher(None, WHOLE_TEXT.split("\n"), bad.split("\n")).get_opcodes()
        if change[0] != "equal"
    ]
    one_service_renamed = 3
    assert 1 <= len(changes) <= one_service_renamed
    assert len({tuple(WHOLE_TEXT.split("\n")[a:b]) for _, a, b, _, _ in changes}) <= one_service_renamed


def test_a_refusal_speaks_both_languages() -> None:
    """A clerk reads Vietnamese, a log reader English."""
    with pytest.raises(shelf.BookRefused) as caught:
        shelf.read(WHOLE_TEXT.replace("over_g = 100", "over_g = 101"), place="b.toml")
    assert caught.value.en == (
        "b.toml: services.result_return.steps[1].over_g: leaves a gap: no price from 100 g to 101 g."
    )
    assert caught.value.vi == (
        "b.toml: services.result_return.steps[1].over_g: để hở: không có giá từ 100 g đến 101 g."
    )


@settings(max_examples=300)
@given(st.integers(0, WHOLE_TEXT.count("\n")), st.sampled_from(["", "x = 1", "[x]", "flat = 1.5", "= ="]))
def test_a_damaged_book_is_refused_and_never_raises_anything_else(at: int, instead: str) -> None:
    """An import at the desk must end in a sentence, whatever the file."""
    lines = WHOLE_TEXT.split("\n")
    lines[at] = instead
    assert where_refused("\n".join(lines)).startswith(("read", "book.toml"))


@given(
    st.sampled_from(sorted(set(re.findall(r"^(\w+) = ", WHOLE_TEXT, re.M)))),
    st.sampled_from(
        ["0", "-1", '""', "true", "[]", "{}", "[[]]", "[1]", "[[1]]", "1.5", "1979-05-27", "12:00:00", '"x"', "nan"]
    ),
)
def test_a_value_of_the_wrong_kind_is_refused_and_never_raises_anything_else(key: str, value: str) -> None:
    """The same, for values that are TOML and yet nonsense."""
    text = re.sub(rf"^{key} = .*$", f"{key} = {value}", WHOLE_TEXT, count=1, flags=re.M)
    assert where_refused(text).startswith(("read", "book.toml"))


def test_the_shipped_books_are_whole_and_say_that_they_illustrate() -> None:
    """No official table could be confirmed, and nobody may take these for one."""
    books = shelf.shipped()
    assert [book.in_force_from for book in books] == [date(2025, 7, 1), date(2027, 1, 1)]
    for book in books:
        assert book.label is Label.ILLUSTRATIVE
        assert not any(source.confirmed for source in book.sources.values())


def test_a_result_within_hcmc_costs_its_addressee_a_plausible_amount() -> None:
    """The price that the demo shows a thousand times."""
    book = shelf.shipped()[0]
    assert quote(book, request(weight_g=50)).owed_by(Payer.ADDRESSEE) == 23_760


def test_the_digest_tells_two_texts_apart() -> None:
    """A published book is known by its digest; a changed comma is another book."""
    assert whole_book().digest == whole_book().digest
    assert shelf.read(WHOLE_TEXT + "\n", place="x").digest != whole_book().digest


def test_a_book_cannot_be_changed_once_read() -> None:
    """What was published is what prices are explained by, for years."""
    book = whole_book()
    with pytest.raises(TypeError):
        book.services[Service.RESULT_RETURN].steps[0].price[Zone.SAME_COMMUNE] = 0  # type: ignore[index]
    with pytest.raises(AttributeError):
        book.unit = 1  # type: ignore[misc]
    assert quote(book, request(day=DAY)).net == 20_000
