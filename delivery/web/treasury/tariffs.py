"""Tariff books at the money desk: brought as TOML or Excel, compared, approved by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import PurePath
from uuid import UUID

from flask import flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.money import publishing
from delivery.money.impact import impact
from delivery.store.queries.tariffs import all_books, book_at, names_of
from delivery.store.staff import Role
from delivery.store.tariffs import BookState, TariffBook
from delivery.store.work import Work
from delivery.web.forms import act_once
from delivery.web.treasury.blueprint import treasury, work
from tariffs import sheet, shelf
from tariffs.bill import ZONE_WORDS
from tariffs.book import Book, NoBookInForce, Service, in_force
from tariffs.compare import Cell, Differences, differences

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Standing(StrEnum):
    """Where a book stands on a day."""

    IN_FORCE = "in_force"
    COMING = "coming"
    PROPOSED = "proposed"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Shelved:
    """The books by where they stand today, and the names of the people behind them."""

    books: dict[Standing, list[TariffBook]]
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells of one service, a row for each range of weights."""

    service: Service
    rows: tuple[tuple[Cell, ...], ...]


@treasury.get("/tariffs")
def tariffs() -> str:
    """Every book by where it stands, and the form that brings a new one."""
    with work() as unit:
        rows = all_books(unit)
        names = names_of(
            unit, [actor for row in rows for actor in (row.proposed_by, row.approved_by, row.withdrawn_by)]
        )
        return render_template("treasury/tariffs.html", shelved=_shelved(rows, unit.today, names), acts=_acts())


@treasury.post("/tariffs")
def tariffs_propose() -> Response:
    """Lay a file's book before the second person."""

    def act(unit: Work) -> str:
        name, text = _brought()
        row = publishing.propose(unit, text, came_from=name)
        flash(_("Đã đề xuất biểu cước %(code)s. Người khác phải xem và duyệt.", code=row.code))
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=tariffs)


@treasury.get("/tariffs/<uuid:book_id>")
def tariffs_book(book_id: UUID) -> str:
    """One book: what it changes, in words and đồng, and what it would have made of last month's items."""
    with work() as unit:
        row = book_at(unit, book_id)
        book = publishing.check(row.text, place=row.code)
        before = _before(publishing.published(unit), book)
        found = differences(before or book, book)
        ahead = row.state is not BookState.WITHDRAWN and row.in_force_from > unit.today
        return render_template(
            "treasury/tariffs_book.html",
            row=row,
            book=book,
            before=before,
            found=found,
            grids=_grids(found),
            zones=ZONE_WORDS,
            impact=impact(unit, book) if ahead and before else None,
            names=names_of(unit, [row.proposed_by, row.approved_by, row.withdrawal_asked_by, row.withdrawn_by]),
            ahead=ahead,
            acts=_acts(),
            mine=row.proposed_by == f"staff:{g.staff.id}",
            asked=ahead and row.withdrawal_asked_by is not None,
            asked_by_me=row.withdrawal_asked_by == f"staff:{g.staff.id}",
        )


@treasury.post("/tariffs/<uuid:book_id>/approve")
def tariffs_approve(book_id: UUID) -> Response:
    """Publish a proposal, as another person than its proposer."""

    def act(unit: Work) -> str:
        row = publishing.approve(unit, book_id)
        flash(_("Đã ban hành biểu cước %(code)s, có hiệu lực từ %(day)s.", code=row.code, day=_day(row.in_force_from)))
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=lambda: tariffs_book(book_id))


@treasury.post("/tariffs/<uuid:book_id>/withdraw")
def tariffs_withdraw(book_id: UUID) -> Response:
    """Take back a proposal."""

    def act(unit: Work) -> str:
        row = publishing.withdraw(unit, book_id, why=request.form.get("why", ""))
        flash(_("Đã thu hồi biểu cước %(code)s.", code=row.code))
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=lambda: tariffs_book(book_id))


@treasury.post("/tariffs/<uuid:book_id>/withdrawal")
def tariffs_ask_withdrawal(book_id: UUID) -> Response:
    """Ask that a published book be withdrawn before its day."""

    def act(unit: Work) -> str:
        row = publishing.ask_withdrawal(unit, book_id, why=request.form.get("why", ""))
        flash(_("Đã yêu cầu thu hồi biểu cước %(code)s. Người khác phải xác nhận.", code=row.code))
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=lambda: tariffs_book(book_id))


@treasury.post("/tariffs/<uuid:book_id>/withdrawal/confirm")
def tariffs_confirm_withdrawal(book_id: UUID) -> Response:
    """Withdraw a published book, as another person than the one who asked."""

    def act(unit: Work) -> str:
        row = publishing.confirm_withdrawal(unit, book_id)
        flash(_("Đã thu hồi biểu cước %(code)s.", code=row.code))
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=lambda: tariffs_book(book_id))


@treasury.post("/tariffs/<uuid:book_id>/withdrawal/drop")
def tariffs_drop_withdrawal(book_id: UUID) -> Response:
    """Keep a book whose withdrawal was asked for."""

    def act(unit: Work) -> str:
        row = publishing.drop_withdrawal(unit, book_id)
        flash(
            _(
                "Đã bỏ yêu cầu thu hồi: biểu cước %(code)s vẫn có hiệu lực từ %(day)s.",
                code=row.code,
                day=_day(row.in_force_from),
            )
        )
        return url_for("treasury.tariffs_book", book_id=row.id)

    return act_once(act, again=lambda: tariffs_book(book_id))


@treasury.get("/tariffs/<uuid:book_id>.toml")
def tariffs_toml(book_id: UUID) -> Response:
    """The book's text, to the byte that its digest is of."""
    with work() as unit:
        row = book_at(unit, book_id)
        return _download(row.text.encode(), "application/toml", f"{row.code}.toml")


@treasury.get("/tariffs/<uuid:book_id>.xlsx")
def tariffs_xlsx(book_id: UUID) -> Response:
    """The book as a workbook to edit and bring back."""
    with work() as unit:
        row = book_at(unit, book_id)
        return _download(sheet.write(row.text), _EXCEL, f"{row.code}.xlsx")


def _acts() -> bool:
    return bool(g.staff.role is Role.ADMINISTRATOR)


def _shelved(rows: Sequence[TariffBook], today: date, names: dict[str, str]) -> Shelved:
    begun = [row for row in rows if row.state is BookState.PUBLISHED and row.in_force_from <= today]
    books: dict[Standing, list[TariffBook]] = {standing: [] for standing in Standing}
    for row in rows:
        books[_standing(row, today, begun[-1] if begun else None)].append(row)
    books[Standing.PAST].reverse()
    books[Standing.WITHDRAWN].reverse()
    return Shelved(books=books, names=names)


def _standing(row: TariffBook, today: date, now: TariffBook | None) -> Standing:
    if row.state is BookState.PUBLISHED:
        if row is now:
            return Standing.IN_FORCE
        return Standing.COMING if row.in_force_from > today else Standing.PAST
    return Standing.PROPOSED if row.state is BookState.PROPOSED else Standing.WITHDRAWN


def _before(books: tuple[Book, ...], book: Book) -> Book | None:
    """The published book that this one follows, or would follow."""
    try:
        return in_force([other for other in books if other.code != book.code], book.in_force_from)
    except NoBookInForce:
        return None


def _grids(found: Differences) -> list[Grid]:
    return [
        Grid(
            service=service,
            rows=tuple(tuple(row) for _, row in groupby(cells, key=lambda cell: (cell.over_g, cell.to_g))),
        )
        for service, cells in groupby(found.cells, key=lambda cell: cell.service)
    ]


def _brought() -> tuple[str, str]:
    """The name and text of the file that was sent, out of TOML or a workbook."""
    file = request.files.get("file")
    name = PurePath((file.filename if file else "") or "").name[:80]
    if file is None or not name or not name.isprintable():
        raise Invalid(
            "file-missing",
            vi="Hãy chọn tệp biểu cước: TOML hoặc Excel (.xlsx).",
            en="Choose the tariff book's file: TOML or Excel (.xlsx).",
            pointer="/file",
        )
    packed = file.stream.read(sheet.LARGEST_FILE + 1)
    if len(packed) > sheet.LARGEST_FILE:
        raise Invalid(
            "file-too-large",
            vi=f"{name} lớn hơn 1 MB: đó không phải biểu cước.",
            en=f"{name} is larger than 1 MB: that is no tariff book.",
            pointer="/file",
        )
    try:
        return name, sheet.read(packed, place=name) if name.lower().endswith(".xlsx") else packed.decode("utf-8-sig")
    except shelf.BookRefused as wrong:
        raise publishing.refused_book(wrong) from wrong
    except UnicodeDecodeError:
        raise Invalid(
            "file-not-text",
            vi=f"{name} không phải tệp TOML (UTF-8) cũng không phải Excel (.xlsx).",
            en=f"{name} is neither TOML in UTF-8 nor an Excel workbook (.xlsx).",
            pointer="/file",
        ) from None


def _download(content: bytes, kind: str, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
