"""The statement that an agency checks line by line, and pays."""

from dataclasses import fields, replace
from datetime import date

import pytest

from delivery.paper.statements import Statement, StatementRow, TaxedPart, statement
from delivery.rules.codes import make_s10
from tests.delivery.paper.reading import read

LONGEST_CODE = "12345.ABCDE.12345.ABCDE.12345.ABCDE.G09.H29-261130-1234567"


def row(n: int, net: int = 30_000, vat: int = 2_400) -> StatementRow:
    return StatementRow(
        number=make_s10("RD", n),
        dossier_code=f"000.00.01.H29-261130-{n:04d}",
        day=date(2026, 11, 1 + n % 30),
        what="Cước",
        net=net,
        vat=vat,
        gross=net + vat,
    )


def billed(*rows: StatementRow) -> Statement:
    return Statement(
        number="BK2611-H29",
        agency="Ủy ban nhân dân Thành phố Hồ Chí Minh",
        month=date(2026, 11, 1),
        drawn_on=date(2026, 12, 1),
        invoice="HD26-BK-0000001",
        paid_on=None,
        books=("illustrative-2025-07",),
        illustrative=("illustrative-2025-07",),
        parts=(TaxedPart(rate="8", net=sum(r.net for r in rows), vat=sum(r.vat for r in rows)),),
        rows=rows,
    )


def test_a_statement_says_for_each_item_what_it_cost_and_adds_up() -> None:
    """The agency's accountant ticks off line after line."""
    sheets = read(statement(billed(row(1), row(2, -5_000, -400))))
    for words in (
        "BẢNG KÊ CƯỚC BƯU CHÍNH",
        "BK2611-H29",
        "Tháng 11/2026",
        "HD26-BK-0000001",
        make_s10("RD", 1),
        "-5.400",
        "Thuế suất 8 %",
        "25.000 đ + 2.000 đ = 27.000 đ",
        "Trang 1/1",
    ):
        assert words in sheets, words


def test_an_illustrative_price_is_called_so_in_words() -> None:
    """Nobody may take an invented price list for the post's."""
    words = "biểu cước MINH HỌA illustrative-2025-07: đây không phải giá cước chính thức"
    assert words in read(statement(billed(row(1))))
    assert words not in read(statement(replace(billed(row(1)), illustrative=())))


def test_each_sheet_has_its_heading_its_sum_and_its_number() -> None:
    """A sheet that went astray can be added up by itself, and all sums make the total."""
    sheets = read(statement(billed(*(row(n) for n in range(1, 121)))))
    assert len(sheets.texts) == 3
    sums = []
    for number, text in enumerate(sheets.texts, start=1):
        assert "Số hiệu bưu gửi" in text
        assert f"Trang {number}/3" in text
        sums.append(text.count("32.400"))
        assert f"{sums[-1] * 32_400:,}".replace(",", ".") in text
    assert sum(sums) == 120
    assert f"{120 * 32_400:,}".replace(",", ".") in sheets.texts[-1]
    assert all("Tổng cộng" not in text for text in sheets.texts[:-1])


def test_the_longest_dossier_code_is_broken_and_never_cut() -> None:
    """A code without its end leads to nobody's dossier."""
    sheets = read(statement(billed(replace(row(1), dossier_code=LONGEST_CODE))))
    assert LONGEST_CODE in sheets
    assert sheets.strays(margin=15) == []


def test_a_statement_has_no_place_for_a_person() -> None:
    """Item and dossier are enough for the agency; a name on a bill is one too many (Law 91/2025)."""
    assert {field.name for field in fields(StatementRow)} == {
        "number",
        "dossier_code",
        "day",
        "what",
        "net",
        "vat",
        "gross",
    }


def test_a_statement_that_does_not_add_up_is_not_printed() -> None:
    """Better no paper than a wrong one."""
    with pytest.raises(ValueError, match="has no line"):
        replace(billed(row(1)), rows=())
    with pytest.raises(ValueError, match="by rate"):
        replace(billed(row(1)), parts=(TaxedPart(rate="8", net=1, vat=0),))
    with pytest.raises(ValueError, match="do not make"):
        replace(row(1), gross=1)


def test_the_same_statement_gives_the_same_bytes() -> None:
    """A copy can be held against the original."""
    assert statement(billed(row(1))) == statement(billed(row(1)))
