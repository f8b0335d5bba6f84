"""The agencies' papers about money, as JSON: statements of postage and remittances of fees. Whole đồng, no persons."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from delivery.web.agency_api.replies import Out


class StatementSummary(Out):
    """A month's statement of postage that the agency pays; `month` is yyyy-mm."""

    number: str = Field(examples=["BK2611-H29"])
    month: str = Field(examples=["2026-11"])
    state: Literal["drawn", "paid"]
    net: int
    vat: int
    gross: int
    drawn_at: datetime
    paid_at: datetime | None


class StatementLineOut(Out):
    """An item's frozen price, or a correction of one made later; `reason` is the correction's."""

    position: int
    code: str = Field(examples=["RD000000014VN"])
    dossier_code: str
    day: date
    kind: Literal["price", "correction"]
    reason: str | None
    book: str
    net: int
    vat: int
    gross: int


class StatementOut(StatementSummary):
    """A statement with its lines, which add up to it, and the number of its invoice."""

    invoice: str
    lines: list[StatementLineOut]


class StatementPage(Out):
    """A page of statements; `next` goes on from here, also when nothing is there yet."""

    items: list[StatementSummary]
    next: str
    self: str


class RemittanceSummary(Out):
    """Fees collected for the agency up to the day `through`, paid over in one transfer of `amount`."""

    number: str = Field(examples=["CT20261130-H29-1"])
    through: date
    state: Literal["drawn", "paid", "cancelled"]
    amount: int
    drawn_at: datetime
    paid_at: datetime | None
    bank_reference: str | None


class FeeOut(Out):
    """One fee, and the number of the receipt that its payer has."""

    position: int
    code: str = Field(examples=["RD000000014VN"])
    dossier_code: str
    day: date
    receipt: str
    amount: int


class RemittanceOut(RemittanceSummary):
    """A remittance with its fees, which add up to it. A cancelled one's fees stand on a later one."""

    lines: list[FeeOut]


class RemittancePage(Out):
    """A page of remittances; `next` goes on from here, also when nothing is there yet."""

    items: list[RemittanceSummary]
    next: str
    self: str
