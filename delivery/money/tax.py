"""What the tax system is given: files of receipts and invoices, each document in one only. See docs/tax-export.md."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from delivery.errors import Invalid, NotFound, Refused
from delivery.store.billing import Receipt, Statement
from delivery.store.items import Item
from delivery.store.work import Work, try_lock

VERSION: Final = 1
_NAME = re.compile(r"tax-\d{8}-\d+")


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file for the tax system: its name, its bytes (JSON Lines, UTF-8), and how many documents it holds."""

    name: str
    content: bytes
    documents: int

    @property
    def digest(self) -> str:
        """SHA-256 of the whole file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def export(unit: Work, *, day: date) -> Export:
    """Put every receipt and invoice up to a Vietnam day that is in no file yet into a new one, and mark them with it.

    Refused when there is none, and while somebody else exports; Invalid for a day that is not over.
    """
    if day >= unit.today:
        raise Invalid(
            "day-not-over",
            vi=f"Ngày {day:%d/%m/%Y} chưa hết: xuất đến hôm qua hoặc trước đó.",
            en=f"{day:%d/%m/%Y} is not over: export up to yesterday or a day before.",
            pointer="/day",
        )
    if not try_lock(unit.session, "tax-export"):
        raise Refused(
            "tax-export-running",
            vi="Đang có người xuất tệp thuế: đợi xong rồi làm lại.",
            en="Somebody is exporting to the tax system now: wait, then try again.",
        )
    name = _name(unit, day)
    of_world = _of_world(unit).where(Receipt.export.is_(None), Receipt.day <= day).subquery()
    marked = unit.session.execute(
        update(Receipt).where(Receipt.id.in_(select(of_world.c.id))).values(export=name).returning(Receipt.id)
    ).all()
    if not marked:
        raise Refused(
            "nothing-to-export",
            vi=f"Không có biên lai, hóa đơn nào đến {day:%d/%m/%Y} chưa xuất.",
            en=f"There is no receipt or invoice up to {day:%d/%m/%Y} that was not exported yet.",
            facts={"day": day.isoformat()},
        )
    unit.session.expire_all()
    return exported(unit, name=name)


def exported(unit: Work, *, name: str) -> Export:
    """The file of that name again, byte for byte. NotFound for one that was never made."""
    known = _NAME.fullmatch(name) is not None
    papers = _papers(unit, name) if known else []
    if not papers:
        raise NotFound(
            "tax-export-not-found",
            vi=f"Chưa từng xuất tệp {name}.",
            en=f"No file {name} was ever exported.",
            facts={"name": name},
        )
    lines = [_written({"type": "export", "version": VERSION, "name": name, "documents": len(papers)})]
    lines += [_written(_document(paper, month)) for paper, month in papers]
    body = b"".join(lines)
    sums = {what: sum(getattr(paper, what) for paper, _ in papers) for what in ("net", "vat", "gross")}
    end = _written({"type": "end", **sums, "sha256": hashlib.sha256(body).hexdigest()})
    return Export(name=name, content=body + end, documents=len(papers))


def _document(paper: Receipt, month: date | None) -> dict[str, object]:
    series, _, serial = paper.number.rpartition("-")
    return {
        "type": "document",
        "number": paper.number,
        "series": series,
        "serial": int(serial),
        "kind": "adjustment" if paper.adjusts is not None else str(paper.kind),
        "day": paper.day.isoformat(),
        "item": None if paper.item is None else paper.item.number,
        "statement_month": None if month is None else f"{month:%Y-%m}",
        "adjusts": None if paper.adjusts is None else paper.adjusts.number,
        "net": paper.net,
        "vat": paper.vat,
        "gross": paper.gross,
        "rates": [
            {"vat_rate": rate, "net": part["net"], "vat": part["vat"]} for rate, part in sorted(paper.rates.items())
        ],
    }


def _written(line: dict[str, object]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _papers(unit: Work, name: str) -> list[tuple[Receipt, date | None]]:
    query = (
        select(Receipt, Statement.month)
        .join(Statement, Statement.id == Receipt.statement_id, isouter=True)
        .where(Receipt.export == name)
        .options(joinedload(Receipt.item), joinedload(Receipt.adjusts))
        .order_by(Receipt.number)
    )
    return [(paper, month) for paper, month in unit.session.execute(query)]


def _of_world(unit: Work) -> "Select[Receipt]":
    """A sandbox's papers never reach the tax office."""
    item, statement = aliased(Item), aliased(Statement)
    return (
        select(Receipt)
        .join(item, item.id == Receipt.item_id, isouter=True)
        .join(statement, statement.id == Receipt.statement_id, isouter=True)
        .where(or_(item.world_id == unit.world_id, statement.world_id == unit.world_id))
    )


def _name(unit: Work, day: date) -> str:
    stem = f"tax-{day:%Y%m%d}-"
    made = select(func.count(func.distinct(Receipt.export))).where(Receipt.export.startswith(stem, autoescape=True))
    return f"{stem}{(unit.session.scalar(made) or 0) + 1}"
