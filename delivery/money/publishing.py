"""Publishes tariff books: one person proposes, another approves, and no book reaches into the past.

Every change to the shelf of books holds one lock, so that two approvals at once cannot put two books on one day. A
book is a row with its whole text; what was published is read from that text, checked again, once per process.
"""

import hashlib
import re
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from delivery.errors import Forbidden, Invalid, NotFound, Refused
from delivery.store.base import new_id
from delivery.store.staff import Role, Staff
from delivery.store.tariffs import BookState, TariffBook
from delivery.store.work import Work
from tariffs import shelf
from tariffs.book import Book

LARGEST_TEXT: Final = 200_000
"""Characters of a book's text; the shipped ones have about 9,000."""
LONGEST_REASON: Final = 500

_RELEASE = "release"
_CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LONGEST_CODE = 60
_read: dict[str, Book] = {}


def published(unit: Work) -> tuple[Book, ...]:
    """The books that were, are or will be in force, by their days; empty when none was published or seeded yet."""
    query = select(TariffBook.digest).where(TariffBook.state == BookState.PUBLISHED).order_by(TariffBook.in_force_from)
    digests = unit.session.scalars(query).all()
    unread = [digest for digest in digests if digest not in _read]
    if unread:
        texts = select(TariffBook.digest, TariffBook.code, TariffBook.text).where(TariffBook.digest.in_(unread))
        for digest, code, text in unit.session.execute(texts):
            _read[digest] = shelf.read(text, place=code)
    return tuple(_read[digest] for digest in digests)


def seed(unit: Work) -> int:
    """Publish the books that came with the release where no book was ever published; says how many it published."""
    _lock(unit)
    begun = (TariffBook.state == BookState.PUBLISHED) | TariffBook.seed
    if unit.session.scalar(select(func.count()).select_from(TariffBook).where(begun)):
        return 0
    taken = set(unit.session.scalars(select(TariffBook.code).where(TariffBook.state == BookState.PROPOSED)))
    books = [(shelf.read(text, place=name), name, text) for name, text in shelf.shipped_texts().items()]
    fresh = [(book, name, text) for book, name, text in books if book.code not in taken]
    for book, name, text in fresh:
        row = _row(unit, book, text, came_from=name, by=_RELEASE)
        row.seed, row.state, row.approved_by, row.approved_at = True, BookState.PUBLISHED, unit.actor, unit.now
    unit.session.flush()
    return len(fresh)


def check(text: str, *, place: str) -> Book:
    """Read a book that somebody brings. Raises Invalid with the place and the reason of the first mistake."""
    if len(text) > LARGEST_TEXT:
        raise Invalid(
            "tariff-book-too-large",
            vi=f"{place}: biểu cước dài quá {LARGEST_TEXT} ký tự.",
            en=f"{place}: a tariff book has {LARGEST_TEXT} characters at most.",
            pointer="/file",
        )
    try:
        book = shelf.read(text, place=place)
    except shelf.BookRefused as wrong:
        raise refused_book(wrong) from wrong
    if not _CODE.fullmatch(book.code) or len(book.code) > _LONGEST_CODE:
        raise Invalid(
            "tariff-code-unfit",
            vi=f"{place}: mã biểu cước chỉ gồm chữ thường a–z, chữ số, dấu gạch nối và dấu chấm, dài nhất "
            f"{_LONGEST_CODE} ký tự.",
            en=f"{place}: a tariff book's code has small letters a–z, digits, hyphens and points only, "
            f"{_LONGEST_CODE} characters at most.",
            pointer="/file",
        )
    return book


def refused_book(wrong: shelf.BookRefused) -> Invalid:
    """The shelf's refusal as ours."""
    return Invalid(wrong.code, vi=wrong.vi, en=wrong.en, pointer="/file")


def propose(unit: Work, text: str, *, came_from: str) -> TariffBook:
    """Lay a book's text before the second person. `came_from` is the name of the file that it was read from.

    Raises Invalid for a text that the shelf does not take, Refused for a code in use, a day that has a book and a day
    that is not in the future, Forbidden for who is no administrator.
    """
    person = _administrator(unit)
    _lock(unit)
    book = check(text, place=came_from)
    _refuse_past(unit, book)
    _refuse_taken_code(unit, book)
    _refuse_taken_day(unit, book)
    row = _row(unit, book, text, came_from=came_from[:80], by=person)
    unit.session.flush()
    return row


def approve(unit: Work, book_id: UUID) -> TariffBook:
    """Publish a proposal as a second person: from its day on it makes the prices.

    Raises Refused when its proposer approves it, when its day is not in the future or has another book, and when it is
    no proposal any more.
    """
    person = _administrator(unit)
    row = _locked(unit, book_id)
    if row.state is not BookState.PROPOSED:
        raise Refused(
            "tariff-not-proposed",
            vi=f"Biểu cước {row.code} không còn chờ duyệt.",
            en=f"Tariff book {row.code} no longer waits for an approval.",
            facts={"code": row.code, "state": str(row.state)},
        )
    if row.proposed_by == person:
        raise Refused(
            "tariff-needs-second-person",
            vi=f"Bạn đã đề xuất biểu cước {row.code}: người khác phải duyệt.",
            en=f"You proposed tariff book {row.code}: another person must approve it.",
            facts={"code": row.code},
        )
    # The rules of the shelf may have grown since the proposal.
    book = check(row.text, place=row.code)
    _refuse_past(unit, book)
    _refuse_taken_day(unit, book)
    row.state, row.approved_by, row.approved_at = BookState.PUBLISHED, person, unit.now
    unit.session.flush()
    return row


def withdraw(unit: Work, book_id: UUID, *, why: str) -> TariffBook:
    """Take back a proposal. Refused for a published book, which two people withdraw."""
    person = _administrator(unit)
    row = _locked(unit, book_id)
    reason = _reason(why)
    if row.state is BookState.PUBLISHED:
        raise Refused(
            "tariff-published",
            vi=f"Biểu cước {row.code} đã ban hành: một người yêu cầu thu hồi, người khác xác nhận.",
            en=f"Tariff book {row.code} is published: one person asks for its withdrawal, another confirms it.",
            facts={"code": row.code},
        )
    _refuse_withdrawn(row)
    row.state, row.withdrawn_by, row.withdrawn_at, row.why = BookState.WITHDRAWN, person, unit.now, reason
    unit.session.flush()
    return row


def ask_withdrawal(unit: Work, book_id: UUID, *, why: str) -> TariffBook:
    """Ask that a published book whose day has not come be withdrawn. It stays published until another confirms.

    Refused once it makes prices, for a proposal, and while somebody's request waits.
    """
    person = _administrator(unit)
    row = _coming(unit, book_id)
    if row.withdrawal_asked_by is not None:
        raise Refused(
            "tariff-withdrawal-asked",
            vi=f"Đã có yêu cầu thu hồi biểu cước {row.code}: người khác xác nhận hoặc bỏ yêu cầu ấy.",
            en=f"The withdrawal of tariff book {row.code} is asked for already: another person confirms it, or it is "
            "dropped.",
            facts={"code": row.code},
        )
    row.why = _reason(why)
    row.withdrawal_asked_by, row.withdrawal_asked_at = person, unit.now
    unit.session.flush()
    return row


def confirm_withdrawal(unit: Work, book_id: UUID) -> TariffBook:
    """Withdraw a published book as another person than the one who asked for it. Refused once it makes prices."""
    person = _administrator(unit)
    row = _asked_back(unit, book_id)
    if row.withdrawal_asked_by == person:
        raise Refused(
            "tariff-needs-second-person",
            vi=f"Bạn đã yêu cầu thu hồi biểu cước {row.code}: người khác phải xác nhận.",
            en=f"You asked for the withdrawal of tariff book {row.code}: another person must confirm it.",
            facts={"code": row.code},
        )
    row.state, row.withdrawn_by, row.withdrawn_at = BookState.WITHDRAWN, person, unit.now
    unit.session.flush()
    return row


def drop_withdrawal(unit: Work, book_id: UUID) -> TariffBook:
    """Keep a book whose withdrawal was asked for: the request is gone, whoever made it."""
    _administrator(unit)
    row = _asked_back(unit, book_id)
    row.withdrawal_asked_by = row.withdrawal_asked_at = row.why = None
    unit.session.flush()
    return row


def _asked_back(unit: Work, book_id: UUID) -> TariffBook:
    row = _coming(unit, book_id)
    if row.withdrawal_asked_by is None:
        raise Refused(
            "tariff-withdrawal-not-asked",
            vi=f"Không có yêu cầu thu hồi biểu cước {row.code} nào đang chờ.",
            en=f"Nobody has asked for the withdrawal of tariff book {row.code}.",
            facts={"code": row.code},
        )
    return row


def _coming(unit: Work, book_id: UUID) -> TariffBook:
    """A published book whose day has not come, locked."""
    row = _locked(unit, book_id)
    _refuse_withdrawn(row)
    if row.state is BookState.PROPOSED:
        raise Refused(
            "tariff-not-published",
            vi=f"Biểu cước {row.code} mới được đề xuất: một người thu hồi được ngay.",
            en=f"Tariff book {row.code} is a proposal: one person can take it back at once.",
            facts={"code": row.code},
        )
    if row.in_force_from <= unit.today:
        raise Refused(
            "tariff-in-force",
            vi=f"Biểu cước {row.code} đã có hiệu lực từ {row.in_force_from:%d/%m/%Y}: không thu hồi được, chỉ có thể "
            "thay bằng một biểu cước mới.",
            en=f"Tariff book {row.code} is in force since {row.in_force_from}: it cannot be withdrawn, only followed "
            "by a new book.",
            facts={"code": row.code},
        )
    return row


def _refuse_withdrawn(row: TariffBook) -> None:
    if row.state is BookState.WITHDRAWN:
        raise Refused(
            "tariff-withdrawn",
            vi=f"Biểu cước {row.code} đã được thu hồi trước đó.",
            en=f"Tariff book {row.code} was withdrawn before.",
            facts={"code": row.code},
        )


def _reason(why: str) -> str:
    reason = " ".join(why.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Invalid(
            "why-missing",
            vi=f"Hãy ghi lý do thu hồi biểu cước, không quá {LONGEST_REASON} ký tự.",
            en=f"Say why the tariff book is withdrawn, in {LONGEST_REASON} characters at most.",
            pointer="/why",
        )
    return reason


def _row(unit: Work, book: Book, text: str, *, came_from: str, by: str) -> TariffBook:
    row = TariffBook(
        id=new_id(),
        code=book.code,
        label=str(book.label),
        in_force_from=book.in_force_from,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        state=BookState.PROPOSED,
        seed=False,
        came_from=came_from,
        proposed_by=by,
        proposed_at=unit.now,
    )
    unit.session.add(row)
    return row


def _lock(unit: Work) -> None:
    """One change to the shelf at a time, for the rest of this transaction."""
    unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("tariff-books", 0))))


def _locked(unit: Work, book_id: UUID) -> TariffBook:
    _lock(unit)
    row = unit.session.get(TariffBook, book_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("tariff-unknown", vi="Không có biểu cước này.", en="There is no such tariff book.")
    return row


def _administrator(unit: Work) -> str:
    """The actor, when it is a person who may publish: programs and jobs are nobody's second pair of eyes."""
    kind, _, key = unit.actor.partition(":")
    try:
        staff = unit.session.get(Staff, UUID(key)) if kind == "staff" else None
    except ValueError:
        staff = None
    if staff is None or not staff.active or staff.role is not Role.ADMINISTRATOR:
        raise Forbidden(
            "administrators-publish",
            vi="Chỉ quản trị viên mới được đề xuất, duyệt hoặc thu hồi biểu cước.",
            en="Only administrators propose, approve or withdraw tariff books.",
        )
    return unit.actor


def _refuse_past(unit: Work, book: Book) -> None:
    if book.in_force_from <= unit.today:
        raise Refused(
            "tariff-retroactive",
            vi=f"Biểu cước {book.code} có hiệu lực từ {book.in_force_from:%d/%m/%Y}, không sau hôm nay "
            f"({unit.today:%d/%m/%Y}): biểu cước không có hiệu lực trở về trước.",
            en=f"Tariff book {book.code} would begin on {book.in_force_from}, which is not after today "
            f"({unit.today}): no book reaches back.",
            facts={"code": book.code, "in_force_from": book.in_force_from.isoformat()},
        )


def _refuse_taken_code(unit: Work, book: Book) -> None:
    taken = select(TariffBook.id).where(TariffBook.code == book.code, TariffBook.state != BookState.WITHDRAWN)
    if unit.session.scalar(taken.limit(1)) is not None:
        raise Refused(
            "tariff-code-taken",
            vi=f"Mã {book.code} đã là mã của một biểu cước khác: hãy đặt mã mới.",
            en=f"The code {book.code} is another book's: give it a new one.",
            facts={"code": book.code},
        )


def _refuse_taken_day(unit: Work, book: Book) -> None:
    on_its_day = select(TariffBook.code).where(
        TariffBook.in_force_from == book.in_force_from, TariffBook.state == BookState.PUBLISHED
    )
    other = unit.session.scalar(on_its_day)
    if other is not None:
        raise Refused(
            "tariff-day-taken",
            vi=f"Biểu cước {other} đã được ban hành với hiệu lực từ {book.in_force_from:%d/%m/%Y}; mỗi ngày chỉ có một "
            "biểu cước. Hãy chọn ngày khác hoặc thu hồi biểu cước kia trước ngày đó.",
            en=f"Tariff book {other} is published for {book.in_force_from} already; one day has one book. Choose "
            "another day, or withdraw that one before its day.",
            facts={"code": book.code, "other": other},
        )
