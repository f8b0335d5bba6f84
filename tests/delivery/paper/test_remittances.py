"""The list of fees that a transfer pays over to an agency."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from delivery.paper.remittances import Paid, Remittance, RemittanceRow, remittance
from delivery.rules.codes import make_s10
from tests.delivery.paper.reading import read

AT = datetime(2026, 11, 30, 3, tzinfo=UTC)


def listed(count: int = 2) -> Remittance:
    return Remittance(
        number="CT20261130-H29-1",
        agency="Ủy ban nhân dân Thành phố Hồ Chí Minh",
        through=date(2026, 11, 30),
        drawn_at=AT,
        paid=None,
        cancelled=False,
        rows=tuple(
            RemittanceRow(
                number=make_s10("RD", n),
                dossier_code=f"000.00.01.H29-261130-{n:04d}",
                day=date(2026, 11, 30),
                receipt=f"BL26-BC26740-{n:07d}",
                amount=50_000,
            )
            for n in range(1, count + 1)
        ),
    )


def test_a_list_names_each_receipt_and_the_sum_that_is_transferred() -> None:
    """The agency finds each of its payers' receipts in one transfer."""
    sheets = read(remittance(listed(70)))
    assert len(sheets.texts) == 2
    for words in ("CHUYỂN TRẢ LỆ PHÍ", "CT20261130-H29-1", "BL26-BC26740-0000070", "3.500.000 đ", "Cộng trang"):
        assert words in sheets, words
    assert sheets.strays(margin=15) == []


def test_what_was_paid_or_cancelled_is_said() -> None:
    """Nobody pays by a list that was given up, and a paid one leads to the bank's own paper."""
    paid = read(remittance(replace(listed(), paid=Paid(at=AT, bank_reference="FT26335123456"))))
    assert "FT26335123456" in paid
    assert "ĐÃ HỦY" not in paid
    assert "ĐÃ HỦY: không chuyển tiền" in read(remittance(replace(listed(), cancelled=True)))


def test_a_list_that_cannot_be_is_not_printed() -> None:
    """Better no paper than a wrong one."""
    with pytest.raises(ValueError, match="has no line"):
        replace(listed(), rows=())
    with pytest.raises(ValueError, match="both paid and cancelled"):
        replace(listed(), cancelled=True, paid=Paid(at=AT, bank_reference="FT1"))
    with pytest.raises(ValueError, match="twice"):
        replace(listed(), rows=(listed().rows[0],) * 2)
    with pytest.raises(ValueError, match="is 0 đ"):
        replace(listed().rows[0], amount=0)
