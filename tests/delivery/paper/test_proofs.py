"""The proof that an item could not be delivered and went back."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from delivery.paper.proofs import (
    Condition,
    ProofAttempt,
    ProofInvitation,
    ReturnProof,
    ReturnReceipt,
    code_128,
    return_proof,
)
from tests.delivery.paper.reading import read

ATTEMPT = ProofAttempt(
    when=datetime(2026, 3, 10, 2, 15, tzinfo=UTC),
    kind="Lần phát tại địa chỉ",
    reason="Người nhận không có nhà",
    counts=True,
)
PROOF = ReturnProof(
    item_number="CH167101882VN",
    agency="Văn phòng Đăng ký đất đai Thành phố Hồ Chí Minh, Chi nhánh Phú Nhuận",
    dossier_code="000.00.01.H29-260310-0420",
    office="Bưu cục Phú Nhuận",
    issued_on=date(2026, 3, 28),
    conditions=(
        Condition(words="Đã phát không thành công 2 lần, vào hai buổi khác nhau", day=date(2026, 3, 12)),
        Condition(words="Đã mời 2 lần, cách nhau ít nhất 2 ngày làm việc", day=date(2026, 3, 18)),
    ),
    attempts=(ATTEMPT, replace(ATTEMPT, reason="Bưu tá không đủ thời gian", counts=False)),
    invitations=(ProofInvitation(day=date(2026, 3, 14), channel="Tin nhắn SMS", proof="Nhà mạng báo đã nhận"),),
    receipt=ReturnReceipt(
        received_by="Phạm Thị Lan",
        received_at=datetime(2026, 3, 30, 3, 0, tzinfo=UTC),
        manifest_number="CH-2026-000045",
    ),
)


def test_the_proof_shows_conditions_attempts_invitations_and_receipt_with_their_days() -> None:
    """The agency answers a citizen's complaint from this sheet alone."""
    sheet = read(return_proof(PROOF))
    for words in (
        "XÁC NHẬN BƯU GỬI KHÔNG PHÁT ĐƯỢC, CHUYỂN HOÀN",
        "Proof that an item could not be delivered",
        "CH 167 101 882 VN",
        PROOF.agency,
        PROOF.dossier_code,
        "Đã phát không thành công 2 lần, vào hai buổi khác nhau 12/03/2026",
        "Đã mời 2 lần, cách nhau ít nhất 2 ngày làm việc 18/03/2026",
        "09:15 10/03/2026 Lần phát tại địa chỉ Người nhận không có nhà Có",
        "Bưu tá không đủ thời gian Không",
        "14/03/2026 Tin nhắn SMS Nhà mạng báo đã nhận",
        "Phạm Thị Lan",
        "10:00 30/03/2026",
        "CH-2026-000045",
        "Trang 1/1",
    ):
        assert words in sheet, words


def test_an_item_still_on_its_way_back_is_not_said_to_be_received() -> None:
    """Returning is not returned: the agency has not signed."""
    sheet = read(return_proof(replace(PROOF, receipt=None)))
    assert "đang trên đường chuyển hoàn" in sheet
    assert "Đã ký nhận" not in sheet


def test_a_refused_item_needs_neither_second_visit_nor_invitation() -> None:
    """Refusal sends it back at once; the empty parts say so instead of vanishing."""
    refused = replace(PROOF, attempts=(), invitations=())
    assert read(return_proof(refused)).texts[0].count("Không có.") == 2


def test_a_proof_names_no_addressee() -> None:
    """The agency knows the dossier; a filed sheet needs no more personal data."""
    assert not {field.name for field in fields(ReturnProof)} & {"addressee_name", "address", "masked_phone"}


@pytest.mark.parametrize("visits", [0, 6, 12, 25])
def test_a_long_history_still_fits_one_sheet(visits: int) -> None:
    """One sheet is filed with one dossier."""
    attempts = tuple(replace(ATTEMPT, when=ATTEMPT.when + timedelta(days=n)) for n in range(visits))
    sheets = read(return_proof(replace(PROOF, attempts=attempts)))
    assert len(sheets.texts) == 1
    assert sheets.strays(margin=15) == []


def test_a_history_that_would_be_unreadable_on_one_sheet_goes_on_over_more() -> None:
    """Evidence is never printed too small to be read, and none of it is left out."""
    attempts = tuple(replace(ATTEMPT, when=ATTEMPT.when + timedelta(days=n)) for n in range(120))
    sheets = read(return_proof(replace(PROOF, attempts=attempts)))
    assert len(sheets.texts) > 1
    assert "".join(sheets.texts).count(ATTEMPT.reason) == 120
    assert f"Trang 2/{len(sheets.texts)}" in sheets


def test_the_longest_fields_wrap_inside_one_sheet() -> None:
    """Realistic extremes: a ministry's long name, a long reason in each row."""
    long = "Người nhận đã chuyển đi nơi khác và không để lại địa chỉ mới cho chính quyền địa phương; " * 3
    longest = replace(
        PROOF,
        agency="Ộ" * 240,
        dossier_code="9" * 60,
        conditions=tuple(Condition(words=long[:240], day=date(2026, 3, 12)) for _ in range(4)),
        attempts=tuple(replace(ATTEMPT, reason=long[:240]) for _ in range(4)),
    )
    sheets = read(return_proof(longest))
    assert len(sheets.texts) == 1
    assert sheets.strays(margin=15) == []
    assert longest.agency in sheets
    assert longest.dossier_code in sheets


def test_the_bars_carry_the_number() -> None:
    """The clerk scans the sheet to find the item."""
    assert code_128(PROOF.item_number).value == PROOF.item_number


def test_the_same_proof_gives_the_same_bytes() -> None:
    """A proof that is asked for twice is the same proof."""
    assert return_proof(PROOF) == return_proof(PROOF)


def test_a_return_without_a_condition_has_no_proof() -> None:
    """An item that goes back without a reason in the policy must not go back."""
    with pytest.raises(ValueError, match="CH167101882VN: no condition holds"):
        replace(PROOF, conditions=())
