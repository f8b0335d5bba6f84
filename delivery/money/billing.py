"""The monthly statement of an agency that pays its postage: each price and each correction once, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from delivery.errors import Refused
from delivery.money import receipts
from delivery.rules.calendar import vietnam_day, vietnam_instant
from delivery.store.agencies import LIVE, Agency
from delivery.store.base import new_id
from delivery.store.billing import Statement, StatementLine
from delivery.store.money import Correction, CorrectionReason, Quote
from delivery.store.queries.billing import (
    Unbilled,
    locked_agency,
    months_drawn,
    statement_lines,
    statement_of,
    statements_so_far,
    unbilled,
    unbilled_sums,
)
from delivery.store.work import Work
from tariffs import lines
from tariffs.book import Payer


class LineKind(StrEnum):
    """What a line of a statement is: the price as frozen, or a correction made later."""

    PRICE = "price"
    CORRECTION = "correction"


@dataclass(frozen=True, kw_only=True)
class BilledLine:
    """A line for people: which item, on which of Vietnam's days, what, how much. Names nobody. Whole đồng."""

    position: int
    number: str
    dossier_code: str
    day: date
    kind: LineKind
    reason: CorrectionReason | None
    book: str
    net: int
    vat: int
    gross: int


@dataclass(frozen=True, kw_only=True)
class Share:
    """What an agency owes of one frozen price or one correction, and its VAT by rate."""

    since: Unbilled
    net: int
    vat: int
    rates: receipts.Rates

    @property
    def gross(self) -> int:
        """With VAT."""
        return self.net + self.vat


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a statement would hold, in the order of happening. Its sum may be below zero, if prices fell."""

    month: date
    shares: tuple[Share, ...]

    @property
    def net(self) -> int:
        """The sum before VAT."""
        return sum(each.net for each in self.shares)

    @property
    def vat(self) -> int:
        """The sum of VAT."""
        return sum(each.vat for each in self.shares)

    @property
    def gross(self) -> int:
        """The sum with VAT."""
        return self.net + self.vat


def draw(unit: Work, *, agency_id: UUID, month: date) -> Statement:
    """Draw the agency's statement of the month of `month`, with its invoice; one drawn before is given again.

    It holds all prices frozen in the month (Vietnam's) and all corrections made in it, as far as the agency owes them,
    and what older months left over: what became visible only after their statement, or sums that were not above zero.
    Refused while the month is not over, when there is nothing to bill, and while an older month waits for its own.
    """
    first = month.replace(day=1)
    agency = locked_agency(unit, agency_id)
    drawn = statement_of(unit, agency_id, first)
    if drawn is not None:
        return drawn
    draft = preview(unit, agency=agency, month=first)
    statement = Statement(
        id=new_id(),
        world_id=unit.world_id,
        number=_number(unit, agency, first),
        agency_id=agency.id,
        position=statements_so_far(unit, agency.id) + 1,
        month=first,
        net=draft.net,
        vat=draft.vat,
        gross=draft.gross,
        made_by=unit.actor,
        made_at=unit.now,
        agency=agency,
        lines=[_line(position, share) for position, share in enumerate(draft.shares, start=1)],
    )
    unit.session.add(statement)
    unit.session.flush()
    receipts.issue_statement(unit, statement, _added(draft))
    unit.session.flush()
    return statement


def preview(unit: Work, *, agency: Agency, month: date) -> Draft:
    """What `draw` would put onto the statement; refused for the same reasons."""
    first, end = month.replace(day=1), _next(month)
    if end > unit.today:
        raise Refused(
            "month-not-over",
            vi=f"Tháng {first:%m/%Y} chưa hết: lập bảng kê được từ ngày {end:%d/%m/%Y}.",
            en=f"{first:%m/%Y} is not over: its statement can be drawn from {end:%d/%m/%Y} on.",
            facts={"month": f"{first:%Y-%m}", "from": end.isoformat()},
        )
    shares = tuple(_share(each) for each in unbilled(unit, agency.id, _midnight(end)))
    sums: dict[date, int] = {}
    for share in shares:
        own = vietnam_day(share.since.at).replace(day=1)
        sums[own] = sums.get(own, 0) + share.gross
    due = months_due(sums, months_drawn(unit, [agency.id])[agency.id], last=first)
    if not due:
        raise _nothing(agency, first, sum(sums.values()))
    if due[0] != first:
        raise Refused(
            "older-month-first",
            vi=f"Cơ quan {agency.code} còn tháng {due[0]:%m/%Y} chưa lập bảng kê: lập tháng ấy trước.",
            en=f"Agency {agency.code} has no statement of {due[0]:%m/%Y} yet: draw that one first.",
            facts={"agency": agency.code, "month": f"{due[0]:%Y-%m}"},
        )
    return Draft(month=first, shares=shares)


def months_due(sums: Mapping[date, int], drawn: set[date], *, last: date) -> list[date]:
    """The months, each by its first day, that want a statement, the oldest first, up to `last`.

    `sums` is what stands on no statement, by month. A month whose statement is drawn, and a sum that is not above
    zero, go on to the next month.
    """
    due: list[date] = []
    carried = 0
    for month in sorted({*sums, last}):
        carried += sums.get(month, 0)
        if month not in drawn and carried > 0:
            due.append(month)
            carried = 0
    return due


def statements_due(unit: Work) -> list[tuple[UUID, date]]:
    """The statements that wait to be drawn for the months that are over: agency and month, an agency's oldest first."""
    this_month = unit.today.replace(day=1)
    last = (this_month - timedelta(days=1)).replace(day=1)
    sums = unbilled_sums(unit, _midnight(this_month))
    drawn = months_drawn(unit, list(sums))
    return [
        (agency_id, month)
        for agency_id in sorted(sums)
        for month in months_due(sums[agency_id], drawn[agency_id], last=last)
    ]


def lines_of(unit: Work, statement: Statement) -> tuple[BilledLine, ...]:
    """A statement's lines for a page or a paper."""
    return tuple(_shown(line) for line in statement_lines(unit, statement))


def _shown(line: StatementLine) -> BilledLine:
    correction, quote = line.correction, line.quote
    at = correction.made_at if correction is not None else quote.frozen_at if quote is not None else None
    book = correction.quote.book if correction is not None else quote.book if quote is not None else ""
    if at is None:
        raise ValueError(f"Line {line.position} of a statement stands for no frozen price.")
    return BilledLine(
        position=line.position,
        number=line.item.number,
        dossier_code=line.item.dossier_code,
        day=vietnam_day(at),
        kind=LineKind.PRICE if correction is None else LineKind.CORRECTION,
        reason=None if correction is None else correction.reason,
        book=book,
        net=line.net,
        vat=line.vat,
        gross=line.gross,
    )


def _share(since: Unbilled) -> Share:
    owed = since.owed
    document = owed.document if isinstance(owed, Quote) else owed.lines
    own = [line for line in lines.Quote.from_json(document).lines if line.payer is Payer.AGENCY]
    return Share(
        since=since,
        net=sum(line.net for line in own),
        vat=sum(line.vat for line in own),
        rates=receipts.by_rate(own),
    )


def _line(position: int, share: Share) -> StatementLine:
    owed = share.since.owed
    return StatementLine(
        position=position,
        item_id=share.since.item.id,
        quote_id=owed.id if isinstance(owed, Quote) else None,
        correction_id=owed.id if isinstance(owed, Correction) else None,
        net=share.net,
        vat=share.vat,
        gross=share.gross,
    )


def _added(draft: Draft) -> receipts.Rates:
    sums: dict[str, dict[str, int]] = {}
    for share in draft.shares:
        for rate, part in share.rates.items():
            own = sums.setdefault(rate, {"net": 0, "vat": 0})
            own["net"] += part["net"]
            own["vat"] += part["vat"]
    return sums


def _number(unit: Work, agency: Agency, month: date) -> str:
    number = f"BK{month:%y%m}-{agency.code}"
    # The bank matches by the bare form; a sandbox's statement must never take a live payment.
    return number if unit.world_id == LIVE else f"{number}-T{unit.world_id.hex[-8:]}"


def _nothing(agency: Agency, month: date, left: int) -> Refused:
    if left < 0:
        return Refused(
            "nothing-to-bill",
            vi=f"Đến hết tháng {month:%m/%Y} cơ quan {agency.code} được giảm {-left} đồng: "
            "số này trừ vào bảng kê tháng sau.",
            en=f"Up to the end of {month:%m/%Y} agency {agency.code} has {-left} đồng to its credit: "
            "they go onto the next month's statement.",
            facts={"agency": agency.code, "month": f"{month:%Y-%m}", "credit": -left},
        )
    return Refused(
        "nothing-to-bill",
        vi=f"Tháng {month:%m/%Y} cơ quan {agency.code} không phải trả cước nào: không có gì để lập bảng kê.",
        en=f"Agency {agency.code} owes no postage for {month:%m/%Y}: there is nothing to bill.",
        facts={"agency": agency.code, "month": f"{month:%Y-%m}"},
    )


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return vietnam_instant(day, time())
