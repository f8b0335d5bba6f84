"""What several papers share on the sheet."""

from delivery.paper import lists, manifests, page, proofs
from tests.delivery.paper.reading import read

ALPHABET = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz"


def test_every_vietnamese_letter_comes_back_in_both_cases_and_all_fonts() -> None:
    """One letter that the font lacks is one family whose name is printed wrong."""
    fonts = (page.REGULAR, page.BOLD, page.ITALIC)
    story = [page.line(letters, font=font) for font in fonts for letters in (ALPHABET, ALPHABET.upper())]
    sheet = read(page.sheets(story, page.Running(title="Chữ", reference="1", issuer="Bưu cục")))
    for letters in (ALPHABET, ALPHABET.upper()):
        assert "".join(sheet.texts[0].split()).count(letters) == len(fonts)


def test_every_table_is_as_wide_as_its_sheet() -> None:
    """Columns that do not add up run over the margin, or leave a hole."""
    upright: tuple[tuple[page.Column, ...], ...] = (
        manifests._HAND_OVER_COLUMNS,
        manifests._RETURN_COLUMNS,
        proofs._CONDITION_COLUMNS,
        proofs._ATTEMPT_COLUMNS,
        proofs._INVITATION_COLUMNS,
    )
    for columns in upright:
        assert sum(column.width_mm for column in columns) == page.PORTRAIT_WIDTH_MM
    assert sum(column.width_mm for column in lists._COLUMNS) == page.LANDSCAPE_WIDTH_MM


def test_a_running_line_too_long_for_the_sheet_ends_in_an_ellipsis() -> None:
    """The foot of a sheet must not run into its page number."""
    running = page.Running(title="T", reference="R", issuer="Trung tâm Phục vụ hành chính công " * 10)
    sheet = read(page.sheets([page.line("x")], running))
    assert "…" in sheet
    assert "Trang 1/1" in sheet


def test_the_reader_of_these_tests_sees_a_line_that_leaves_the_sheet() -> None:
    """A check that can find nothing would let every overflow pass."""
    running = page.Running(title="T", reference="R", issuer="I")
    too_wide = page.grid([page.Column(vi="Rộng", en="Wide", width_mm=400)], [[page.line("x " * 200)]])
    assert read(page.sheets([page.line("x " * 500)], running)).strays(margin=15) == []
    assert read(page.sheets([too_wide], running)).strays(margin=15) != []
