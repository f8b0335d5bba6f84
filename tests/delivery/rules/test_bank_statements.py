"""A bank's file is read whatever its bank likes, and what cannot be read is named by its line."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.bank_statements import BankStatement, read_statement

HEAD = "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Nội dung\n"


def read(text: str) -> BankStatement:
    return read_statement(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '30/11/2026,FT1,,"81,000",RR123456785VN\n',
        "\ufeff" + HEAD.replace(",", ";") + "30/11/2026;FT1;0;81.000;RR123456785VN\n",
        "Transaction date\tReference\tDebit\tCredit\tDescription\r\n30-11-2026\tFT1\t\t81000.00\tRR123456785VN\r\n",
        "NGÀY GIAO DỊCH / DATE,Mô tả (Description),Ghi có / Credit (VND),Số tham chiếu / Ref No\n"
        '2026-11-30,RR123456785VN,"81,000.00",FT1\n',
        "SAO KÊ TÀI KHOẢN\n,,,\nSố tài khoản: 0011012345678,,,\n" + HEAD + "30/11/2026,FT1,,81.000 VND,RR123456785VN\n",
        '"Ngày giao dịch\n(Date)",Số tham chiếu,Ghi có,Diễn giải\n30/11/2026, FT1 ,+81 000 đ, RR123456785VN \n',
    ],
)
def test_each_banks_form_reads_alike(text: str) -> None:
    """Headings in two languages, three separators, two ways to write a thousand."""
    (row,) = read(text).rows
    told = row.notice
    assert (told.bank_reference, told.amount, told.content) == ("FT1", 81_000, "RR123456785VN")
    assert told.paid_at == datetime(2026, 11, 29, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "day", ["30/11/2026 08:05:09", "08:05:09 30/11/2026", "2026-11-30T08:05:09", "30/11/2026 8:05:09"]
)
def test_an_hour_is_kept_where_the_bank_tells_it(day: str) -> None:
    """In Viet Nam's time."""
    (row,) = read(HEAD + f"{day},FT1,,1000,x\n").rows
    assert row.notice.paid_at == datetime(2026, 11, 30, 1, 5, 9, tzinfo=UTC)


def test_a_file_saved_by_a_spreadsheet_as_unicode_is_read() -> None:
    """“Unicode text” means UTF-16 there."""
    file = HEAD.replace(",", "\t") + "30/11/2026\tFT1\t\t1000\tx\n"
    assert len(read_statement(file.encode("utf-16")).rows) == 1


def test_bad_rows_are_named_by_their_line_and_good_ones_go_on() -> None:
    """A clerk opens the file at that line; what the payer wrote is not repeated."""
    got = read(
        HEAD
        + '30/11/2026,FT1,,1000,"hai\ndòng"\n'
        + "31/11/2026,FT2,,1000,NGUYEN VAN A\n"
        + "30/11/2026,,,1000,NGUYEN VAN A\n"
        + "30/11/2026,FT4,,1000.50,NGUYEN VAN A\n"
        + "30/11/2026,FT5,,-1000,NGUYEN VAN A\n"
        + "30/11/2026,FT6,,1.00.0,NGUYEN VAN A\n"
        + f"30/11/2026,FT7,,1000,{'x' * 1001}\n"
        + "30/11/2026,FT8,,9999999999999999,x\n"
        + "\n"
        + "30/11/2026,FT9,,2000,x\n"
    )
    assert [(row.line, row.notice.bank_reference) for row in got.rows] == [(2, "FT1"), (12, "FT9")]
    assert [fault.line for fault in got.faults] == [4, 5, 6, 7, 8, 9, 10]
    assert not any("NGUYEN" in fault.en + fault.vi for fault in got.faults)


def test_debits_totals_and_repeated_headings_are_no_faults() -> None:
    """They are on every statement."""
    got = read(
        HEAD
        + "30/11/2026,FT1,50.000,,phi\n"
        + "30/11/2026,FT2,50.000,0,phi\n"
        + HEAD
        + 'Tổng cộng,,"100,000","81,000",\n'
        + "Số dư cuối kỳ,,,1.000.000,\n"
    )
    assert (got.rows, got.faults, got.others) == ((), (), 5)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "statement-columns"),
        (b"PK\x03\x04\x14\x00", "statement-columns"),
        ("Ngày,Số tham chiếu,Nội dung\n".encode(), "statement-columns"),
        ("Ngày giao dịch".encode("cp1258", "replace") + b"\xff\xe0", "statement-encoding"),
        (b"\xff\xfe\x00", "statement-encoding"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_whole(file: bytes, code: str) -> None:
    """With what to do about it."""
    with pytest.raises(Invalid) as refusal:
        read_statement(file)
    assert refusal.value.code == code


@given(amount=st.integers(1, 10**15), sign=st.sampled_from([".", ",", ""]), cents=st.booleans())
def test_an_amount_is_the_same_however_it_is_grouped(amount: int, sign: str, cents: bool) -> None:
    """The law of thousands: grouping never changes a sum."""
    other = "," if sign == "." else "."
    written = f"{amount:,}".replace(",", sign) + (f"{other}00" if cents else "")
    (row,) = read(HEAD + f'30/11/2026,FT1,,"{written}",x\n').rows
    assert row.notice.amount == amount


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    """It is read or refused, never half-way."""
    for given_text in (text, HEAD + text):
        try:
            read(given_text.encode(errors="replace").decode() if given_text.isascii() else given_text)
        except (Invalid, UnicodeEncodeError):
            continue
