"""VietQR: a code that banks read as what is due, to whom, with words that lead back to the item."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vietnam_qr_pay import QRPay  # type: ignore[import-untyped]

from delivery.rules.vietqr import LONGEST_REFERENCE, MOST, Account, payload

BODY = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
"""NAPAS's example of a static code; its CRC is F4E5."""
ACCOUNT = Account(bin="970403", number="0011012345678", holder="BUU DIEN THU NGHIEM")
NUMBER = "RR123456785VN"


def fields(text: str) -> dict[str, str]:
    """The fields of one level of a code, by their two digits: a reader of our own beside the library's."""
    found = {}
    while text:
        tag, length = text[:2], int(text[2:4])
        found[tag], text = text[4 : 4 + length], text[4 + length :]
    return found


def crc(body: str) -> str:
    """CRC-16/CCITT-FALSE, by the standard library."""
    return f"{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"


def test_the_check_value_is_the_one_of_the_standards_example() -> None:
    """A code whose check value is wrong is refused by every app, before anybody can pay."""
    assert crc(BODY) == "F4E5"
    assert QRPay(f"{BODY}F4E5").is_valid
    assert not QRPay(f"{BODY}F4E6").is_valid


def test_a_code_holds_the_account_the_sum_and_the_items_number() -> None:
    """The payer types nothing, so nothing can be mistyped."""
    text = payload(ACCOUNT, 53_760, NUMBER)
    read = fields(text)
    assert (read["00"], read["01"], read["53"], read["54"], read["58"]) == ("01", "12", "704", "53760", "VN")
    to = fields(read["38"])
    assert (to["00"], to["02"]) == ("A000000727", "QRIBFTTA")
    assert fields(to["01"]) == {"00": ACCOUNT.bin, "01": ACCOUNT.number}
    assert fields(read["62"]) == {"08": NUMBER}
    assert read["63"] == crc(text[:-4])


@given(
    amount=st.integers(1, MOST),
    reference=st.from_regex(r"[A-Z0-9]{1,12}( [A-Z0-9]{1,12})?", fullmatch=True),
    number=st.from_regex(r"[0-9A-Z]{1,19}", fullmatch=True),
)
def test_whatever_is_written_into_a_code_is_read_out_of_it(amount: int, reference: str, number: str) -> None:
    """The library that writes is also the one that many shops read with."""
    read = QRPay(payload(Account(bin="970415", number=number, holder="X"), amount, reference))
    assert read.is_valid
    assert (read.amount, read.additional_data.purpose) == (str(amount), reference)
    assert (read.consumer.bank_bin, read.consumer.bank_number) == ("970415", number)


@pytest.mark.parametrize("amount", [0, -1, MOST + 1, True])
def test_no_code_is_made_for_a_sum_that_nobody_can_transfer(amount: int) -> None:
    """An app would ask the payer for a sum of their own."""
    with pytest.raises(ValueError, match="đồng"):
        payload(ACCOUNT, amount, NUMBER)


@pytest.mark.parametrize("reference", ["", "A" * (LONGEST_REFERENCE + 1), "rr1", "BƯU GỬI", "A-1", " A", "A  B", "A\n"])
def test_no_code_is_made_with_words_that_a_bank_would_change(reference: str) -> None:
    """What comes back on the notice must be what was given out, or the money waits for a person."""
    with pytest.raises(ValueError, match="Reference"):
        payload(ACCOUNT, 1, reference)


@pytest.mark.parametrize(
    "wrong",
    [{"bin": "97040"}, {"bin": "97040A"}, {"number": ""}, {"number": "12 3"}, {"number": "1" * 20}, {"holder": " "}],
)
def test_half_an_account_is_refused(wrong: dict[str, str]) -> None:
    """Money sent to a wrong account is gone."""
    with pytest.raises(ValueError, match=r"bank|account|Account"):
        Account(**{"bin": ACCOUNT.bin, "number": ACCOUNT.number, "holder": ACCOUNT.holder, **wrong})


def test_a_bank_is_called_by_its_name_where_it_is_known() -> None:
    """Who types the transfer picks the bank from a list of names."""
    assert ACCOUNT.bank == "Sacombank"
    assert Account(bin="999999", number="1", holder="X").bank == "999999"
