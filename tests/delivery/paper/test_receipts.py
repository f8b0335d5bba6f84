"""The paper that a payer takes home."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from delivery.paper.receipts import PaperKind, Receipt, receipts
from delivery.paper.statements import TaxedPart
from delivery.rules.codes import make_s10
from tests.delivery.paper.reading import read

INVOICE = Receipt(
    kind=PaperKind.INVOICE,
    number="HD26-BC26740-0000001",
    issued_at=datetime(2026, 11, 30, 3, tzinfo=UTC),
    item=make_s10("RD", 1),
    dossier_code="000.00.01.H29-261130-0420",
    agency="Ủy ban nhân dân Thành phố Hồ Chí Minh",
    method="Tiền mặt",
    adjusts=None,
    parts=(TaxedPart(rate="8", net=30_000, vat=2_400),),
    illustrative=("illustrative-2025-07",),
)
FEE = replace(
    INVOICE,
    kind=PaperKind.RECEIPT,
    number="BL26-BC26740-0000001",
    parts=(TaxedPart(rate="not_subject", net=50_000, vat=0),),
    illustrative=(),
)
ADJUSTING = replace(
    INVOICE,
    kind=PaperKind.ADJUSTMENT,
    number="HD26-BC26740-0000002",
    method=None,
    adjusts=INVOICE.number,
    parts=(TaxedPart(rate="8", net=-3_000, vat=-240),),
)


def test_each_paper_says_what_was_paid_for_and_its_tax() -> None:
    """Postage and fee are two moneys with two papers, each on a sheet of its own."""
    sheets = read(receipts([INVOICE, FEE, ADJUSTING]))
    invoice, fee, adjusting = (read(receipts([paper])) for paper in (INVOICE, FEE, ADJUSTING))
    assert len(sheets.texts) == 3
    for words in ("HÓA ĐƠN CƯỚC BƯU CHÍNH", "Thuế suất 8 %", "32.400 đ", "MINH HỌA", "Tiền mặt"):
        assert words in invoice, words
    for words in ("BIÊN LAI THU LỆ PHÍ", "Không chịu thuế GTGT", "50.000 đ"):
        assert words in fee, words
    assert "MINH HỌA" not in fee
    for words in ("ĐIỀU CHỈNH GIẢM", "-3.240 đ", INVOICE.number):
        assert words in adjusting, words
    assert "không thay hóa đơn, biên lai điện tử" in invoice


def test_only_an_adjusting_invoice_goes_below_zero() -> None:
    """A negative receipt would be money out of the till."""
    with pytest.raises(ValueError, match="only an adjusting invoice"):
        replace(INVOICE, parts=ADJUSTING.parts)
    with pytest.raises(ValueError, match="names the one that it adjusts"):
        replace(ADJUSTING, adjusts=None)
    with pytest.raises(ValueError, match="no receipt"):
        receipts([])
