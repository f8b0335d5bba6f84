"""What an agency owes for postage, and the fees that come back to it."""

from delivery.money import billing, remitting
from delivery.store.billing import Remittance, Statement
from delivery.store.queries.billing import invoice_of, statement_numbered, statements_after
from delivery.store.queries.fees import remittance_numbered, remittances_after
from delivery.web.agency_api.calls import Answer, Call, Nothing
from delivery.web.agency_api.items import api
from delivery.web.agency_api.money_schemas import (
    FeeOut,
    RemittanceOut,
    RemittancePage,
    RemittanceSummary,
    StatementLineOut,
    StatementOut,
    StatementPage,
    StatementSummary,
)
from delivery.web.agency_api.presenting import last_of, page_url
from delivery.web.agency_api.schemas import PageQuery


@api.endpoint("GET", "/statements", scope="items:read", query=PageQuery, reply=StatementPage, refusals=(422,))
def list_statements(call: Call[Nothing]) -> Answer:
    """List the agency's monthly statements of postage, the oldest first.

    Follow `next`: nothing is missed and nothing comes twice, however many are drawn meanwhile.
    """
    query = call.query
    assert isinstance(query, PageQuery)
    rows = statements_after(call.unit, call.caller.agency_id, query.cursor, query.limit)
    end = last_of([row.position for row in rows], query.cursor)
    return Answer(
        body=StatementPage(
            items=[_statement(row) for row in rows],
            next=page_url("/statements", cursor=end, limit=query.limit),
            self=page_url("/statements", cursor=query.cursor, limit=query.limit),
        )
    )


@api.endpoint("GET", "/statements/<number>", scope="items:read", reply=StatementOut, refusals=(404,))
def read_statement(call: Call[Nothing], number: str) -> Answer:
    """Read one statement with a line for each price and each correction.

    It is paid by a transfer that names its number. What is corrected after its month stands on a later one.
    """
    found = statement_numbered(call.unit, number, agency_id=call.caller.agency_id)
    lines = [
        StatementLineOut(
            position=line.position,
            code=line.number,
            dossier_code=line.dossier_code,
            day=line.day,
            kind="price" if line.reason is None else "correction",
            reason=None if line.reason is None else str(line.reason),
            book=line.book,
            net=line.net,
            vat=line.vat,
            gross=line.gross,
        )
        for line in billing.lines_of(call.unit, found)
    ]
    invoice = invoice_of(call.unit, found).number
    return Answer(body=StatementOut(**dict(_statement(found)), invoice=invoice, lines=lines))


@api.endpoint("GET", "/remittances", scope="items:read", query=PageQuery, reply=RemittancePage, refusals=(422,))
def list_remittances(call: Call[Nothing]) -> Answer:
    """List the remittances of the agency's fees, the oldest first, cancelled ones too.

    Follow `next` for new ones; the state of those read before may have changed.
    """
    query = call.query
    assert isinstance(query, PageQuery)
    rows = remittances_after(call.unit, call.caller.agency_id, query.cursor, query.limit)
    end = last_of([row.position for row in rows], query.cursor)
    return Answer(
        body=RemittancePage(
            items=[_remittance(row) for row in rows],
            next=page_url("/remittances", cursor=end, limit=query.limit),
            self=page_url("/remittances", cursor=query.cursor, limit=query.limit),
        )
    )


@api.endpoint("GET", "/remittances/<number>", scope="items:read", reply=RemittanceOut, refusals=(404,))
def read_remittance(call: Call[Nothing], number: str) -> Answer:
    """Read one remittance with a line for each fee and the number of its receipt."""
    found = remittance_numbered(call.unit, number, agency_id=call.caller.agency_id)
    lines = [
        FeeOut(
            position=line.position,
            code=line.number,
            dossier_code=line.dossier_code,
            day=line.day,
            receipt=line.receipt,
            amount=line.amount,
        )
        for line in remitting.lines_of(call.unit, found)
    ]
    return Answer(body=RemittanceOut(**dict(_remittance(found)), lines=lines))


def _statement(row: Statement) -> StatementSummary:
    return StatementSummary(
        number=row.number,
        month=f"{row.month:%Y-%m}",
        state="drawn" if row.paid_at is None else "paid",
        net=row.net,
        vat=row.vat,
        gross=row.gross,
        drawn_at=row.made_at,
        paid_at=row.paid_at,
    )


def _remittance(row: Remittance) -> RemittanceSummary:
    return RemittanceSummary(
        number=row.number,
        through=row.through,
        state=remitting.state_of(row).value,
        amount=row.amount,
        drawn_at=row.made_at,
        paid_at=row.paid_at,
        bank_reference=row.bank_reference,
    )
