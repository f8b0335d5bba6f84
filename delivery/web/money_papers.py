"""From rows to papers about money: what a statement, a remittance and a receipt say, as PDF and as CSV."""

from collections.abc import Iterable, Sequence

from flask import make_response
from werkzeug.wrappers import Response

from delivery.money import billing, remitting
from delivery.paper import receipts as receipt_paper
from delivery.paper import remittances as remittance_paper
from delivery.paper import statements as statement_paper
from delivery.paper.spreadsheets import MEDIA_TYPE, as_csv
from delivery.rules.calendar import vietnam_day
from delivery.store.billing import Receipt, ReceiptKind, Remittance, Statement
from delivery.store.items import Item
from delivery.store.money import CorrectionReason
from delivery.store.queries.billing import invoice_of
from delivery.store.work import Work
from tariffs.book import Book, Label

WHY = {
    CorrectionReason.COLLECTED_AT_COUNTER: "Giảm: nhận tại quầy",
    CorrectionReason.REDELIVERY: "Phát lại theo yêu cầu",
    CorrectionReason.WAIVER_SEEN: "Điều chỉnh: miễn giảm",
    CorrectionReason.WEIGHED_AGAIN: "Điều chỉnh: cân lại",
    CorrectionReason.PRICE_ERROR: "Điều chỉnh: sai giá",
    CorrectionReason.CLAIM: "Hoàn cước: mất, hư hỏng hoặc phát chậm",
}
"""What a correction is called on papers, which are Vietnamese first whoever prints them."""

METHODS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản"}


def statement_of(unit: Work, statement: Statement, books: Iterable[Book]) -> statement_paper.Statement:
    """A statement to print. `books` are those that the service knows."""
    lines = billing.lines_of(unit, statement)
    used = sorted({line.book for line in lines})
    invoice = invoice_of(unit, statement)
    return statement_paper.Statement(
        number=statement.number,
        agency=f"{statement.agency.code} – {statement.agency.name}",
        month=statement.month,
        drawn_on=vietnam_day(statement.made_at),
        invoice=invoice.number,
        paid_on=None if statement.paid_at is None else vietnam_day(statement.paid_at),
        books=tuple(used),
        illustrative=_illustrative(used, books),
        parts=_parts(invoice),
        rows=tuple(
            statement_paper.StatementRow(
                number=line.number,
                dossier_code=line.dossier_code,
                day=line.day,
                what=what(line),
                net=line.net,
                vat=line.vat,
                gross=line.gross,
            )
            for line in lines
        ),
    )


def remittance_of(unit: Work, remittance: Remittance) -> remittance_paper.Remittance:
    """A remittance to print, a cancelled one too."""
    paid = None
    if remittance.paid_at is not None and remittance.bank_reference is not None:
        paid = remittance_paper.Paid(at=remittance.paid_at, bank_reference=remittance.bank_reference)
    return remittance_paper.Remittance(
        number=remittance.number,
        agency=f"{remittance.agency.code} – {remittance.agency.name}",
        through=remittance.through,
        drawn_at=remittance.made_at,
        paid=paid,
        cancelled=remittance.cancelled_at is not None,
        rows=tuple(
            remittance_paper.RemittanceRow(
                number=line.number,
                dossier_code=line.dossier_code,
                day=line.day,
                receipt=line.receipt,
                amount=line.amount,
            )
            for line in remitting.lines_of(unit, remittance)
        ),
    )


def receipt_of(
    item: Item, receipt: Receipt, *, method: str | None, book: str | None, books: Iterable[Book]
) -> receipt_paper.Receipt:
    """One paper of an item's. `method` is the payment's, `book` priced the item."""
    kind = receipt_paper.PaperKind(receipt.kind)
    postage = receipt.kind is ReceiptKind.INVOICE
    return receipt_paper.Receipt(
        kind=kind if receipt.adjusts is None else receipt_paper.PaperKind.ADJUSTMENT,
        number=receipt.number,
        issued_at=receipt.issued_at,
        item=item.number,
        dossier_code=item.dossier_code,
        agency=item.agency.name,
        method=None if method is None else METHODS.get(method, method),
        adjusts=None if receipt.adjusts is None else receipt.adjusts.number,
        parts=_parts(receipt),
        illustrative=_illustrative([book], books) if postage and book is not None else (),
    )


def statement_csv(lines: Sequence[billing.BilledLine]) -> str:
    """A statement's lines for a spreadsheet."""
    header = ["TT", "Số hiệu bưu gửi", "Mã hồ sơ", "Ngày", "Nội dung", "Biểu cước", "Chưa thuế", "Thuế GTGT"]
    return as_csv(
        [*header, "Thành tiền"],
        [
            (
                line.position,
                line.number,
                line.dossier_code,
                line.day.isoformat(),
                what(line),
                line.book,
                line.net,
                line.vat,
                line.gross,
            )
            for line in lines
        ],
    )


def remittance_csv(lines: Sequence[remitting.FeeLine]) -> str:
    """A remittance's lines for a spreadsheet."""
    return as_csv(
        ["TT", "Số hiệu bưu gửi", "Mã hồ sơ", "Ngày thu", "Số biên lai", "Lệ phí"],
        [
            (line.position, line.number, line.dossier_code, line.day.isoformat(), line.receipt, line.amount)
            for line in lines
        ],
    )


def what(line: billing.BilledLine) -> str:
    """What a statement's line is, on paper."""
    return "Cước" if line.reason is None else WHY[line.reason]


def downloaded(text: str, name: str) -> Response:
    """A CSV file that the browser saves."""
    answer = make_response(text)
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _parts(receipt: Receipt) -> tuple[statement_paper.TaxedPart, ...]:
    return tuple(
        statement_paper.TaxedPart(rate=rate, net=part["net"], vat=part["vat"])
        for rate, part in sorted(receipt.rates.items())
    )


def _illustrative(used: Iterable[str], books: Iterable[Book]) -> tuple[str, ...]:
    labels = {book.code: book.label for book in books}
    # What the service no longer knows cannot be called official.
    return tuple(code for code in used if labels.get(code) is not Label.OFFICIAL)
