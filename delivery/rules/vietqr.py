"""VietQR: the text behind the picture that MoMo, ZaloPay and every bank's app scan to transfer an exact sum.

The standard is NAPAS's use of EMVCo's merchant-presented QR code; `vietnam_qr_pay` writes its fields and its CRC.
"""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vietnam_qr_pay import BanksObject, QRPay  # type: ignore[import-untyped]

LONGEST_REFERENCE: Final = 25
"""What banks keep of the field that a payer's app copies into the transfer."""
MOST: Final = 999_999_999_999
_BIN = re.compile(r"[0-9]{6}")
_NUMBER = re.compile(r"[0-9A-Z]{1,19}")
_REFERENCE = re.compile(r"[A-Z0-9]+( [A-Z0-9]+)*")
# Three banks were renamed and kept their digits.
_BANKS: Final = MappingProxyType(
    {str(bank.bin): str(bank.short_name) for bank in BanksObject.values() if not bank.deprecated}
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account that money is transferred to. `bin` is its bank's six digits at NAPAS, `holder` whose it is."""

    bin: str
    number: str
    holder: str

    def __post_init__(self) -> None:
        if not _BIN.fullmatch(self.bin):
            raise ValueError(f"A bank's number at NAPAS has six digits, not {self.bin!r}.")
        if not _NUMBER.fullmatch(self.number):
            raise ValueError(f"An account has 1 to 19 digits or capital letters, not {self.number!r}.")
        if not self.holder.strip():
            raise ValueError(f"Account {self.number} has no holder: payers compare the name before they transfer.")

    @property
    def bank(self) -> str:
        """The bank as people call it; its six digits when nobody here knows it."""
        return _BANKS.get(self.bin, self.bin)


def payload(account: Account, amount: int, reference: str) -> str:
    """The text of a code that pays `amount` whole đồng into `account`, with `reference` as what the payer writes.

    Raises ValueError for an amount that nobody can transfer, and for a reference that banks would cut or change:
    longer than 25, or with anything but A–Z, 0–9 and single spaces.
    """
    if isinstance(amount, bool) or not 0 < amount <= MOST:
        raise ValueError(f"A transfer is of 1 to {MOST} đồng, not {amount}.")
    if len(reference) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(reference):
        raise ValueError(f"Reference {reference!r}: at most {LONGEST_REFERENCE} of A–Z, 0–9 and single spaces.")
    code = QRPay.init_viet_qr(
        bank_bin=account.bin, bank_number=account.number, amount=str(amount), purpose=reference
    ).build()
    return str(code)
