"""Hand-over and return manifests."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from delivery.paper.manifests import Manifest, ManifestKind, ManifestRow, Party, Signature, manifest
from delivery.rules.codes import make_s10
from tests.delivery.paper.reading import read

AGENCY = Party(
    name="Trung tâm Phục vụ hành chính công Thành phố Hồ Chí Minh, điểm Phú Nhuận",
    address="155 Đường Nguyễn Trọng Tuyển, Phường Phú Nhuận",
    representative="Trần Thị Bích Ngọc",
)
OFFICE = Party(name="Bưu cục Phú Nhuận", address="2 Đường Hoàng Diệu, Phường Phú Nhuận", representative=None)
ROW = ManifestRow(
    number="CH167101882VN", dossier_code="000.00.01.H29-260310-0420", seal="NP0000001", weight_g=85, reason=None
)
HAND_OVER = Manifest(
    kind=ManifestKind.HAND_OVER,
    number="BG-2026-000123",
    day=date(2026, 3, 10),
    from_party=AGENCY,
    to_party=OFFICE,
    rows=(ROW, replace(ROW, number="RB123456785VN", seal=None, weight_g=None)),
    signed_by_giver=Signature(name="Trần Thị Bích Ngọc", at=datetime(2026, 3, 10, 1, 5, tzinfo=UTC)),
    signed_by_taker=None,
)
RETURN = replace(
    HAND_OVER,
    kind=ManifestKind.RETURN,
    from_party=OFFICE,
    to_party=AGENCY,
    rows=(replace(ROW, reason="Người nhận đã chuyển đi, không có địa chỉ mới"),),
    signed_by_giver=None,
)


def test_a_hand_over_names_both_parties_and_every_item() -> None:
    """Custody moves with this paper: whoever is not on it never had the item."""
    sheet = read(manifest(HAND_OVER))
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BIÊN BẢN BÀN GIAO BƯU GỬI",
        "Hand-over manifest",
        "BG-2026-000123",
        "10/03/2026",
        AGENCY.name,
        OFFICE.name,
        "CH167101882VN",
        "RB123456785VN",
        "000.00.01.H29-260310-0420",
        "NP0000001",
        "ĐẠI DIỆN BÊN GIAO",
        "ĐẠI DIỆN BÊN NHẬN",
        "Trang 1/1",
    ):
        assert words in sheet, words
    assert "Lý do chuyển hoàn" not in sheet


def test_an_electronic_signature_is_printed_with_its_time_and_a_missing_one_is_not() -> None:
    """Only one party has signed: the paper must not look as if both had."""
    text = read(manifest(HAND_OVER)).texts[0]
    assert text.count("Đã ký điện tử") == 1
    assert "08:05 10/03/2026" in text


def test_a_return_gives_each_item_its_reason_and_a_place_to_sign() -> None:
    """The agency signs for each item, so that none is lost on the way back."""
    sheet = read(manifest(RETURN))
    for words in ("BIÊN BẢN BÀN GIAO BƯU GỬI CHUYỂN HOÀN", "Return manifest", "Lý do chuyển hoàn", "Ký nhận"):
        assert words in sheet, words
    assert "Người nhận đã chuyển đi, không có địa chỉ mới" in sheet


def test_totals_count_items_and_say_how_many_were_weighed() -> None:
    """A weight that leaves one envelope out must not pass for the weight of all."""
    assert "2 bưu gửi, 85 g (đã cân 1/2)" in read(manifest(HAND_OVER))
    assert "1 bưu gửi, 85 g" in read(manifest(RETURN))
    assert "đã cân" not in read(manifest(RETURN))


def test_three_hundred_items_are_all_there_on_numbered_sheets() -> None:
    """Nobody may slip a sheet in or out of a signed manifest."""
    rows = tuple(replace(ROW, number=make_s10("CH", n)) for n in range(300))
    sheets = read(manifest(replace(HAND_OVER, rows=rows)))
    total = len(sheets.texts)
    assert 6 <= total <= 12
    for number, text in enumerate(sheets.texts, start=1):
        assert f"Trang {number}/{total}" in text
        assert "BG-2026-000123" in text
    for row in rows:
        assert row.number in sheets
    assert "300 bưu gửi, 25.500 g" in sheets.texts[-1]
    assert sheets.strays(margin=15) == []


def test_the_longest_fields_wrap_inside_the_sheet() -> None:
    """Seals and codes without a space are broken, not run into the next column."""
    long_party = Party(name="Ộ" * 240, address="W" * 300, representative="Ề" * 160)
    row = replace(ROW, dossier_code="9" * 60, seal="W" * 40, weight_g=31_500, reason="Ữ" * 240)
    sheets = read(manifest(replace(RETURN, from_party=long_party, to_party=long_party, rows=(row,))))
    assert sheets.strays(margin=15) == []
    for words in (long_party.name, long_party.address, row.dossier_code, "W" * 40, "Ữ" * 240, "31.500 g"):
        assert words in sheets, words[:10]


def test_the_same_manifest_gives_the_same_bytes() -> None:
    """A copy asked for later is the copy that was signed."""
    assert manifest(HAND_OVER) == manifest(HAND_OVER)


def test_nonsense_is_refused_with_the_item_that_it_is_about() -> None:
    """A reason belongs to a return, and an item to one row."""
    with pytest.raises(ValueError, match="CH167101882VN goes back without a reason"):
        replace(RETURN, rows=(ROW,))
    with pytest.raises(ValueError, match="CH167101882VN has a reason, but is not going back"):
        replace(HAND_OVER, rows=RETURN.rows)
    with pytest.raises(ValueError, match="BG-2026-000123 lists CH167101882VN twice"):
        replace(HAND_OVER, rows=(ROW, ROW))
    with pytest.raises(ValueError, match="BG-2026-000123 lists no item"):
        replace(HAND_OVER, rows=())
    with pytest.raises(ValueError, match="no time zone"):
        Signature(name="Trần Thị Bích Ngọc", at=datetime(2026, 3, 10, 8, 5))  # noqa: DTZ001 - the fault under test
