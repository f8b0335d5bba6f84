"""Proves that the books tie out: every posting is held against the deed that called for it, and back.

A day ties out when nothing is found. `flask ledger check` and the money desk show what is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, select, text, union_all

from delivery.money.ledger import OF_PARTIES
from delivery.money.recounting import PROOFS, SHAPES, Proof
from delivery.money.tills import dong
from delivery.store.agencies import LIVE, Agency
from delivery.store.items import Item
from delivery.store.ledger import Account, LedgerBook, Posting
from delivery.store.offices import Office
from delivery.store.staff import Courier, Staff
from delivery.store.work import Work

MOST_NAMED: Final = 200
"""So many faults of one kind are named; where there are more, the first of them lead to the cause."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one account of a book was debited and credited, in đồng."""

    account: Account
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Debits less credits."""
        return self.debits - self.credits


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One place where the ledger and the deeds differ.

    `code` is the proof's, `who` an item's number, a courier's login, an agency's or office's code, or a paper's number;
    empty when it concerns the bank as a whole. `number` is the item's where there is one. Amounts are đồng.
    """

    code: str
    who: str
    what: str
    ledger: int
    deeds: int
    number: str | None

    def words(self, language: str) -> str:
        """The fault as a sentence in `language` ("vi" or "en")."""
        vi, en = _SENTENCES[self.code]
        english = language == "en"
        what = ", ".join((_WORDS.get(word, (word, word)))[english] for word in self.what.split())
        ledger, deeds = (f"{each:,}" if english else dong(each) for each in (self.ledger, self.deeds))
        return (en if english else vi).format(who=self.who, what=what, ledger=ledger, deeds=deeds)


@dataclass(frozen=True, kw_only=True)
class Tied:
    """What a check found: postings read, each book's columns, and every fault."""

    entries: int
    books: Mapping[LedgerBook, tuple[Column, ...]]
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether the books tie out."""
        return not self.faults


def check(unit: Work, *, day: date | None = None) -> Tied:
    """Recount everything of this unit's world and hold it against the postings; reads only.

    A posting debits and credits the same amount of one book, so a book balances as long as its table keeps its CHECKs:
    what can go wrong is a posting without a deed, a deed without its posting, and two deeds that contradict each other.
    The proof is always of all that was ever posted: a fault of today may lie in a deed of last week. `day` limits the
    columns and the count of entries to that Vietnam day.
    """
    books = movement(unit, day=day)
    faults = [fault for proof in PROOFS for fault in _found(unit, proof)]
    count = select(func.count()).select_from(Posting).where(Posting.world_id == unit.world_id)
    if day is not None:
        count = count.where(Posting.day == day)
    return Tied(entries=unit.session.scalar(count) or 0, books=books, faults=tuple(faults))


def movement(unit: Work, *, day: date | None = None) -> dict[LedgerBook, tuple[Column, ...]]:
    """Debits and credits of each account of both books: of one Vietnam day, or of all time."""
    mine = Posting.world_id == unit.world_id
    if day is not None:
        mine &= Posting.day == day
    # One statement: what is posted meanwhile must not show on one side only.
    sides = union_all(
        select(
            Posting.book, Posting.debit.label("account"), Posting.amount.label("debits"), literal(0).label("credits")
        ).where(mine),
        select(Posting.book, Posting.credit, literal(0), Posting.amount).where(mine),
    ).subquery()
    query = select(sides.c.book, sides.c.account, func.sum(sides.c.debits), func.sum(sides.c.credits)).group_by(
        sides.c.book, sides.c.account
    )
    found: dict[LedgerBook, list[Column]] = {book: [] for book in LedgerBook}
    for book, account, debits, credits_ in unit.session.execute(query):
        found[book].append(Column(account=account, debits=int(debits), credits=int(credits_)))
    order = list(Account)
    return {book: tuple(sorted(rows, key=lambda each: order.index(each.account))) for book, rows in found.items()}


def names_of(unit: Work, parties: Iterable[UUID]) -> dict[UUID, str]:
    """What people call parties of accounts: an agency's or office's code, a courier's or member of staff's login."""
    ids = set(parties)
    found: dict[UUID, str] = {}
    for query in (
        select(Agency.id, Agency.code),
        select(Office.id, Office.code),
        select(Courier.id, Staff.login).join(Staff, Staff.id == Courier.staff_id),
        select(Staff.id, Staff.login),
    ):
        key = query.selected_columns[0]
        found.update((party, name) for party, name in unit.session.execute(query.where(key.in_(ids))))
    return found


def _found(unit: Work, proof: Proof) -> list[Fault]:
    # A proof's rows are few or a catastrophe: the first tell as much as all.
    rows = unit.session.execute(
        text(proof.sql), {"world": unit.world_id, "live": unit.world_id == LIVE, **_BINDS.get(proof.code, {})}
    ).fetchmany(MOST_NAMED)
    items = {row.item_id for row in rows if row.item_id is not None}
    numbers = dict(unit.session.execute(select(Item.id, Item.number).where(Item.id.in_(items))).all()) if items else {}
    parties = {row.party for row in rows if row.party is not None}
    names = names_of(unit, parties) if parties else {}
    return [
        Fault(
            code=proof.code,
            who=" ".join(
                part
                for part in (
                    numbers.get(row.item_id),
                    None if row.party is None else names.get(row.party, str(row.party)),
                    row.named,
                )
                if part
            ),
            what=row.what,
            ledger=int(row.ledger),
            deeds=int(row.deeds),
            number=numbers.get(row.item_id),
        )
        for row in rows
    ]


_BINDS: Final[Mapping[str, Mapping[str, list[str]]]] = {
    "shape": {
        "shapes": sorted(" ".join(shape) for shape in SHAPES),
        "of_parties": sorted(str(account) for account in OF_PARTIES),
    }
}

_SENTENCES: Final = {
    "shape": (
        "{who}: bút toán {ledger} đ ({what}) không ứng với việc nào.",
        "{who}: no deed calls for a posting of {ledger} VND ({what}).",
    ),
    "lines": (
        "Bưu gửi {who}: giá cước ghi {ledger} đ, các dòng của nó cộng lại {deeds} đ hoặc chia cho người trả khác đi.",
        "Item {who}: its price says {ledger} VND, its lines add up to {deeds} VND or part it among payers otherwise.",
    ),
    "charged": (
        "Bưu gửi {who}: sổ cái ghi {what} {ledger} đ, giá cước và các lần điều chỉnh là {deeds} đ.",
        "Item {who}: the ledger charges {ledger} VND ({what}), its price and corrections say {deeds} VND.",
    ),
    "standing": (
        "Bưu gửi {who}: {what} là {ledger} đ, nhiều nhất hoặc ít nhất chỉ được {deeds} đ: giảm hoặc hoàn quá mức.",
        "Item {who}: {what} stands at {ledger} VND and may not pass {deeds} VND: taken off or given back too much.",
    ),
    "collected": (
        "Bưu gửi {who}: sổ cái ghi đã thu {ledger} đ ({what}), các lần thu tiền cộng lại {deeds} đ.",
        "Item {who}: the ledger says {ledger} VND were collected ({what}), its payments {deeds} VND.",
    ),
    "handed-over": (
        "Bưu gửi {who}: {what} là {ledger} đ, lẽ ra phải là {deeds} đ: đã giao mà thu chưa đủ, hoặc hoàn quá mức.",
        "Item {who}: {what} stands at {ledger} VND not {deeds} VND: handed over unpaid, or too much returned.",
    ),
    "uncollected": (
        "Bưu gửi {who}: sổ cái ghi không thu được {ledger} đ, người nhận còn nợ {deeds} đ khi bưu gửi kết thúc.",
        "Item {who}: the ledger gives up {ledger} VND, its addressee owed {deeds} VND when it ended.",
    ),
    "receipt": (
        "{who}: đã thu {deeds} đ ({what}) mà biên lai hay hóa đơn ghi {ledger} đ.",
        "{who}: {deeds} VND were taken ({what}), its receipt or invoice says {ledger} VND.",
    ),
    "series": (
        "Số {who} {what} trong dãy biên lai, hóa đơn.",
        "Number {who} is {what} in its series of receipts or invoices.",
    ),
    "claim": (
        "{who}: hoàn tiền, bồi thường ({what}) trong sổ cái là {ledger} đ, theo hồ sơ là {deeds} đ.",
        "{who}: refunds and compensation ({what}) are {ledger} VND in the ledger, {deeds} VND by the claims.",
    ),
    "courier": (
        "Bưu tá {who}: sổ cái ghi đang giữ {ledger} đ ({what}), các khoản thu chưa nộp cộng lại {deeds} đ.",
        "Courier {who}: carries {ledger} VND ({what}) by the ledger, {deeds} VND by the payments not handed in.",
    ),
    "shift": (
        "Ca của {who}: {what} ghi {ledger} đ, theo các khoản thu là {deeds} đ.",
        "Shift of {who}: {what} says {ledger} VND, its payments {deeds} VND.",
    ),
    "cash": (
        "{who}: {what} trong sổ cái là {ledger} đ, theo các lần chốt ca và nộp tiền là {deeds} đ.",
        "{who}: {what} is {ledger} VND in the ledger, {deeds} VND by the closes and deposits.",
    ),
    "till": (
        "Két của bưu cục {who}: sổ cái ghi {ledger} đ ({what}), thu vào trừ nộp đi là {deeds} đ.",
        "Till of office {who}: holds {ledger} VND ({what}) by the ledger, {deeds} VND by what came in less what left.",
    ),
    "payable": (
        "Cơ quan {who}: sổ cái ghi còn nợ lệ phí {ledger} đ, lệ phí đã thu trừ đã chuyển trả là {deeds} đ.",
        "Agency {who}: is owed {ledger} VND of fees by the ledger, {deeds} VND by fees collected less remitted.",
    ),
    "remittance": (
        "Bảng chuyển trả {who}: {what} ghi {ledger} đ, lệ phí đã thu là {deeds} đ.",
        "Remittance {who}: its {what} says {ledger} VND, the fees collected {deeds} VND.",
    ),
    "agency": (
        "Cơ quan {who}: sổ cái ghi còn nợ cước {ledger} đ, cước tính cho cơ quan trừ bảng kê đã trả là {deeds} đ.",
        "Agency {who}: owes {ledger} VND of postage by the ledger, {deeds} VND by prices less statements paid.",
    ),
    "statement": (
        "Bảng kê {who}: {what} ghi {ledger} đ, giá cước các bưu gửi là {deeds} đ.",
        "Statement {who}: its {what} says {ledger} VND, the items' prices {deeds} VND.",
    ),
    "transfer": (
        "Khoản báo có {who} ({what}): đã dùng hoặc ghi sổ {ledger} đ, lẽ ra phải là {deeds} đ.",
        "Transfer {who} ({what}): {ledger} VND are used or posted, it should be {deeds} VND.",
    ),
    "suspense": (
        "Ngân hàng ({what}): sổ cái ghi {ledger} đ, theo các khoản báo có là {deeds} đ.",
        "The bank ({what}): {ledger} VND by the ledger, {deeds} VND by the transfers told.",
    ),
    "remitted": (
        "{who}: đã chuyển trả {ledger} đ ({what}) theo sổ cái, {deeds} đ theo các bảng đã trả.",
        "{who}: {ledger} VND were remitted ({what}) by the ledger, {deeds} VND by the remittances paid.",
    ),
}

_WORDS: Final = {
    "addressee": ("phải thu người nhận", "addressee"),
    "agency": ("phải thu cơ quan", "agency"),
    "subsidy": ("phải thu ngân sách", "subsidy"),
    "courier": ("tiền bưu tá giữ", "courier's cash"),
    "till": ("két", "till"),
    "bank": ("ngân hàng", "bank"),
    "payable": ("phải trả cơ quan", "payable"),
    "revenue": ("doanh thu", "revenue"),
    "vat": ("thuế GTGT", "VAT"),
    "suspense": ("chờ xác định", "suspense"),
    "refunds": ("phải hoàn", "refunds"),
    "variance": ("thừa thiếu", "variance"),
    "compensation": ("bồi thường", "compensation"),
    "uncollected": ("không thu được", "uncollected"),
    "postage": ("cước", "postage"),
    "agency_fee": ("lệ phí", "agency fee"),
    "charge": ("hoàn cước", "charge"),
    "paid_out": ("đã chi", "paid out"),
    "sent_back": ("trả lại người chuyển", "sent back"),
    "debt": ("còn nợ", "the addressee's debt"),
    "quote": ("giá cước", "quote"),
    "missing": ("bị thiếu", "missing"),
    "beyond": ("nằm ngoài", "beyond the last"),
    "stranger": ("khoản thu của người khác", "another courier's payment"),
    "amount": ("tổng", "amount"),
    "line": ("một dòng", "line"),
    "received": ("báo có", "received"),
    "waiting": ("chờ", "waiting"),
    "matched": ("đã khớp", "matched"),
    "refund": ("trả lại", "refund"),
    "shift_closed": ("chốt ca", "shift closed"),
    "deposited": ("nộp ngân hàng", "deposited"),
    "charged": ("tính cước", "charged"),
    "corrected": ("điều chỉnh", "corrected"),
    "collected": ("thu tiền", "collected"),
    "bank_received": ("báo có", "bank received"),
    "remitted": ("chuyển trả", "remitted"),
    "claimed": ("hoàn tiền", "claimed"),
}
