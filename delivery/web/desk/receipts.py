"""The papers of an item's payments, printed again for who lost theirs."""

from flask import g
from werkzeug.wrappers import Response

from delivery.errors import NotFound
from delivery.paper.receipts import receipts as receipts_pdf
from delivery.store.queries import desk as read
from delivery.store.queries.billing import receipts_of
from delivery.store.queries.money import quote_of
from delivery.web.desk.acceptance import pdf
from delivery.web.desk.blueprint import desk, work
from delivery.web.money_papers import receipt_of
from delivery.web.wired import wiring


@desk.get("/items/<number>/receipts.pdf")
def receipts_paper(number: str) -> Response:
    """Every receipt and invoice of the item, a sheet each; not found before anything was paid."""
    books = wiring().books
    with work() as unit:
        item = read.item_for(unit, g.office.id, number)
        papers, quote = receipts_of(unit, item.id), quote_of(unit, item.id)
        if not papers:
            raise NotFound(
                "no-receipts",
                vi=f"Bưu gửi {item.number} chưa thu khoản nào nên chưa có biên lai, hóa đơn.",
                en=f"Nothing was paid for item {item.number} yet, so there is no receipt.",
                facts={"number": item.number},
            )
        book = None if quote is None else quote.book
        printed = [receipt_of(item, paper, method=method, book=book, books=books) for paper, method in papers]
        return pdf(receipts_pdf(printed), f"receipts-{item.number}")
