"""The label on the envelope."""

import re
from dataclasses import fields, replace

import pytest

from delivery.paper.labels import HEIGHT_MM, WIDTH_MM, Label, code_128, labels, qr
from tests.delivery.paper.reading import read

PLAIN = Label(
    number="CH167101882VN",
    addressee_name="Nguyễn Thị Thu Hằng",
    address_lines=("12/5 Đường Nguyễn Văn Trỗi, Khu phố 3", "Phường Phú Nhuận", "Thành phố Hồ Chí Minh"),
    masked_phone="09xx xxx 567",
    office_name="Bưu cục Phú Nhuận",
    route_hint="T07",
    weight_g=85,
    amount_to_collect=30_000,
)

LONGEST = replace(
    PLAIN,
    addressee_name=("Công ty trách nhiệm hữu hạn một thành viên Thương mại Dịch vụ Nguyễn Thị Phương Thảo " * 2)[:160],
    address_lines=(
        ("Số nhà 123/45/67/89 Hẻm Nguyễn Thiện Thuật kéo dài, Tổ dân phố 17, Ấp Bình Hưng Hòa A " * 2)[:120],
    )
    * 4,
    office_name=("Bưu điện văn hóa xã Phong Nha Kẻ Bàng " * 4)[:120],
    route_hint="Q.BÌNH THẠNH-123",
    weight_g=31_500,
    amount_to_collect=123_456_789,
)


def test_a_label_says_who_where_and_how_much() -> None:
    """Every word comes back with its diacritics: Hằng and Hàng are two people."""
    sheet = read(labels([PLAIN]))
    for words in (
        PLAIN.addressee_name,
        *PLAIN.address_lines,
        "ĐT: 09xx xxx 567",
        "Bưu cục Phú Nhuận",
        "T07",
        "CH 167 101 882 VN",
        "85 g",
        "30.000 đ",
        "Người nhận",
        "Addressee",
    ):
        assert words in sheet, words


def test_a_label_has_no_place_for_the_kind_of_result() -> None:
    """An envelope that names an identity card or a criminal record tells the whole stairwell (Law 91/2025)."""
    assert {field.name for field in fields(Label)} == {
        "number",
        "addressee_name",
        "address_lines",
        "masked_phone",
        "office_name",
        "route_hint",
        "weight_g",
        "amount_to_collect",
    }


def test_each_label_is_a_page_of_its_own_in_the_order_given() -> None:
    """The printer's roll has to match the pile of envelopes."""
    second = replace(PLAIN, number="RB123456785VN")
    sheets = read(labels([PLAIN, second]))
    assert [re.search(r"\b[A-Z]{2} \d{3} \d{3} \d{3} VN", text) is not None for text in sheets.texts] == [True, True]
    assert "CH 167 101 882 VN" in sheets.texts[0]
    assert "RB 123 456 785 VN" in sheets.texts[1]
    width, height = sheets.sizes[0]
    assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx((WIDTH_MM, HEIGHT_MM), abs=0.1)


def test_bars_and_square_carry_the_number_and_nothing_else() -> None:
    """A scanner and a phone's camera must read the same thirteen characters."""
    assert code_128(PLAIN.number).value == PLAIN.number
    assert qr(PLAIN.number).value == PLAIN.number


def test_bars_keep_clear_of_the_square() -> None:
    """Without its quiet zone a code is not read."""
    assert code_128("CH167101882VN").width / 72 * 25.4 + 3 <= 76


@pytest.mark.parametrize("label", [LONGEST, replace(LONGEST, addressee_name="Ộ" * 160, address_lines=("W" * 120,) * 4)])
def test_the_longest_fields_shrink_and_stay_on_the_label(label: Label) -> None:
    """A long address is printed small, never cut and never over the bars."""
    sheet = read(labels([label]))
    assert len(sheet.texts) == 1
    assert sheet.strays(margin=5) == []
    for words in (label.addressee_name, label.office_name, label.route_hint, *label.address_lines, "123.456.789 đ"):
        assert words in sheet, words


def test_markup_in_a_name_is_printed_as_typed() -> None:
    """A name with < or & must neither fail the batch nor change the type."""
    assert "Cty A&B <b>Đông</b>" in read(labels([replace(PLAIN, addressee_name="Cty A&B <b>Đông</b>")]))


def test_a_settled_nothing_is_said_and_an_open_amount_is_not() -> None:
    """Zero means that the courier asks for nothing; None means that nobody knows yet."""
    assert "Không thu tiền" in read(labels([replace(PLAIN, amount_to_collect=0)]))
    assert "Thu của người nhận" not in read(labels([replace(PLAIN, amount_to_collect=None)]))


def test_a_label_without_a_phone_has_no_phone_line() -> None:
    """An empty line would look like a printing fault."""
    assert "ĐT:" not in read(labels([replace(PLAIN, masked_phone=None)]))


def test_the_same_labels_give_the_same_bytes() -> None:
    """A reprint can be compared with what was printed first."""
    assert labels([PLAIN, LONGEST]) == labels([PLAIN, LONGEST])


def test_nonsense_is_refused_with_the_number_of_its_label() -> None:
    """Whoever prints a batch of a thousand must know which one is wrong."""
    with pytest.raises(ValueError, match=r"CH167101882VN.*name is empty"):
        replace(PLAIN, addressee_name=" ")
    with pytest.raises(ValueError, match=r"CH167101882VN.*5 lines"):
        replace(PLAIN, address_lines=("a",) * 5)
    with pytest.raises(ValueError, match=r"CH167101882VN.*not masked"):
        replace(PLAIN, masked_phone="0901234567")
    with pytest.raises(ValueError, match="CH167101882VN weighs 0 g"):
        replace(PLAIN, weight_g=0)
    with pytest.raises(ValueError, match="-1 đ"):
        replace(PLAIN, amount_to_collect=-1)
    with pytest.raises(ValueError, match="no label"):
        labels([])
