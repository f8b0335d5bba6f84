"""A frozen price is never edited: when what it rests on changed, lines are reversed and added."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from sqlalchemy import select

from delivery.errors import Refused
from delivery.money.charging import due_at_door, paid_for_postage, standing, write_up
from delivery.money.pricing import price
from delivery.money.refunds import keep_back, not_agreed_on, owe_back
from delivery.rules.states import FINAL, State
from delivery.store.base import new_id
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.ledger import Account, PostingKind
from delivery.store.money import Correction, CorrectionReason, WaiverSeen
from delivery.store.money import Quote as QuoteRow
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from tariffs.book import Book, Payer, Proof, Waiver
from tariffs.correction import difference
from tariffs.lines import Line, Quote
from tariffs.money import Dong

OF_CLAIM: Final = "claim."
"""How the codes of lines begin that a settled claim took off a price (`delivery.money.claims`)."""
COUNTER_REBATE: Final = "counter_collection"
"""The rebate of a book for an addressee who comes to the counter; a book without it gives none."""


def correct(unit: Work, item: Item, books: Sequence[Book], *, reason: CorrectionReason) -> Correction | None:
    """Price the item again as it now is, by the book and the day of its frozen quote, and add the difference.

    None while the price is an estimate, and when nothing changed. What the addressee has then paid too much becomes a
    refund due. The caller holds the item's lock. Raises Invalid for what the book cannot price.
    """
    row = quote_of(unit, item.id)
    if row is None or row.frozen_at is None:
        return None
    book = _book(books, row.book)
    after = restated(unit, item, row, [] if book is None else [book])
    lines = difference(standing(row), after)
    if not lines:
        return None
    correction = amend(unit, item, row, lines, standing_then=after, reason=reason)
    too_much = paid_for_postage(unit, item) - after.owed_by(Payer.ADDRESSEE)
    if too_much > 0:
        owe_back(unit, item, too_much, since=Account.ADDRESSEE, why=f"price-fell:{reason}")
    elif too_much < 0:
        keep_back(unit, item, -too_much)
    return correction


def restated(
    unit: Work,
    item: Item,
    row: QuoteRow,
    books: Sequence[Book],
    *,
    options: Iterable[str] | None = None,
    redeliveries: int | None = None,
) -> Quote:
    """The item's price as a correction would make it now: by its own book, day and destination, less what claims took.

    `options` and `redeliveries` ask what it would be with others than the item has. What a claim gave back stays given
    back, but never more than is charged: nobody owes less than nothing. Raises Invalid for what the book cannot price.
    """
    commune = unit.session.get_one(Commune, row.commune_id)
    chosen = None if options is None else frozenset(options)
    after = price(unit, item, commune, books, day=row.day, options=chosen, redeliveries=redeliveries)
    given_back = [line for line in standing(row).lines if line.code.startswith(OF_CLAIM) and not _limits(line)]
    limits = (
        limit
        for payer in Payer
        for rate in sorted({line.vat_rate for line in given_back if line.payer is payer}, key=str)
        for limit in _down_to_nothing(
            [line for line in after.lines if line.payer is payer and line.vat_rate == rate],
            [line for line in given_back if line.payer is payer and line.vat_rate == rate],
        )
    )
    return replace(after, lines=(*after.lines, *given_back, *limits))


def amend(
    unit: Work,
    item: Item,
    row: QuoteRow,
    lines: tuple[Line, ...],
    *,
    standing_then: Quote,
    reason: CorrectionReason,
) -> Correction:
    """Add lines to a frozen price, which then stands at `standing_then`, and post what each payer owes more or less.

    The caller holds the item's lock.
    """
    added = Quote(book=row.book, day=row.day, lines=lines)
    correction = Correction(
        id=new_id(),
        item_id=item.id,
        seq=len(row.corrections) + 1,
        reason=reason,
        lines=added.as_json(),
        standing=standing_then.as_json(),
        net=added.net,
        vat=added.vat,
        gross=added.gross,
        due_from_addressee=added.owed_by(Payer.ADDRESSEE),
        due_from_agency=added.owed_by(Payer.AGENCY),
        due_from_subsidy=added.owed_by(Payer.SUBSIDY),
        made_by=unit.actor,
        made_at=unit.now,
    )
    row.corrections.append(correction)
    write_up(unit, item, added, PostingKind.CORRECTED, f"corrected:{correction.id}")
    unit.session.flush()
    return correction


def rebate_for_collecting(unit: Work, item: Item, books: Sequence[Book]) -> Correction | None:
    """The addressee stands at the counter: the book's rebate is taken off what they owe, once."""
    row = quote_of(unit, item.id)
    book = None if row is None else _book(books, row.book)
    if book is None or COUNTER_REBATE not in book.rebates or COUNTER_REBATE in item.options:
        return None
    item.options = [*item.options, COUNTER_REBATE]
    return correct(unit, item, books, reason=CorrectionReason.COLLECTED_AT_COUNTER)


def counter_saving(unit: Work, item: Item, books: Sequence[Book]) -> int:
    """What collecting at the counter would spare the addressee of what is due, in đồng.

    0 where it spares nothing, is done, or is paid already: what goes back then is a refund due.
    """
    row = quote_of(unit, item.id)
    book = None if row is None else _book(books, row.book)
    if row is None or book is None or COUNTER_REBATE not in book.rebates or COUNTER_REBATE in item.options:
        return 0
    after = restated(unit, item, row, [book], options=(*item.options, COUNTER_REBATE))
    spared = standing(row).owed_by(Payer.ADDRESSEE) - after.owed_by(Payer.ADDRESSEE)
    return max(0, min(spared, due_at_door(unit, item).postage))


def redelivery_charge(unit: Work, item: Item, books: Sequence[Book], *, counted: bool = True) -> int:
    """What one more visit asked for would add to what the addressee has to pay, in đồng; 0 while it is free.

    A visit that is not `counted` as a redelivery costs no more than the counter's rebate, where one was taken off.
    """
    row = quote_of(unit, item.id)
    book = None if row is None else _book(books, row.book)
    if row is None or book is None:
        return 0
    options = [option for option in item.options if option != COUNTER_REBATE]
    after = restated(unit, item, row, [book], options=options, redeliveries=item.redeliveries + counted)
    kept = paid_for_postage(unit, item) + sum(claim.refund for claim in not_agreed_on(unit, item))
    return max(0, after.owed_by(Payer.ADDRESSEE) - kept - due_at_door(unit, item).postage)


def waivers_to_show(unit: Work, item: Item, books: Sequence[Book]) -> list[Waiver]:
    """The waivers that a paper shown now could still prove for the item; none once it is final or the agency pays."""
    row = quote_of(unit, item.id)
    book = None if row is None else _book(books, row.book)
    if book is None or item.state in FINAL or item.payer != Payer.ADDRESSEE:
        return []
    known = {*item.waivers, *unit.session.scalars(select(WaiverSeen.kind).where(WaiverSeen.item_id == item.id))}
    return [waiver for kind, waiver in book.waivers.items() if waiver.proof is Proof.CLAIM and kind not in known]


def see_paper(unit: Work, item: Item, books: Sequence[Book], *, kind: str, login: str) -> Correction | None:
    """A clerk saw the paper that proves a waiver: it counts from now on, also for a price that is frozen.

    The line names the clerk's login. None when another waiver spares the addressee more already. The caller holds the
    item's lock. Raises Refused for a waiver that cannot be shown for this item (any more).
    """
    if kind not in {waiver.kind for waiver in waivers_to_show(unit, item, books)}:
        raise Refused(
            "waiver-not-to-show",
            vi=f"Không ghi nhận được diện miễn giảm này cho bưu gửi {item.number}: đã ghi, cơ quan trả cước, "
            "hoặc bưu gửi đã kết thúc.",
            en=f"This relief cannot be recorded for item {item.number}: it is already, the agency pays, "
            "or the item has ended.",
            facts={"number": item.number, "kind": kind},
        )
    unit.session.add(WaiverSeen(item_id=item.id, kind=kind, staff_login=login, seen_at=unit.now))
    unit.session.flush()
    return correct(unit, item, books, reason=CorrectionReason.WAIVER_SEEN)


def weigh_again(unit: Work, item: Item, books: Sequence[Book], *, weight_g: int) -> Correction | None:
    """The scales were wrong: the item weighs `weight_g` grams. The caller holds the item's lock.

    Raises Refused for an item that has ended or is still at its agency, Invalid for a weight that the book has no
    price for.
    """
    if item.state in FINAL or item.state is State.REGISTERED:
        raise Refused(
            "not-to-weigh",
            vi=f"Chỉ cân lại bưu gửi mà bưu điện đang giữ; bưu gửi {item.number} thì không.",
            en=f"Only an item in the post's hands is weighed again; item {item.number} is not.",
            facts={"number": item.number, "state": str(item.state)},
        )
    item.weight_g = weight_g
    return correct(unit, item, books, reason=CorrectionReason.WEIGHED_AGAIN)


def _book(books: Sequence[Book], code: str) -> Book | None:
    return next((book for book in books if book.code == code), None)


_LIMIT: Final = ".limit"


def _limits(line: Line) -> bool:
    return line.code == f"{_claimed(line)}{_LIMIT}"


def _down_to_nothing(charged: Sequence[Line], given_back: Sequence[Line]) -> list[Line]:
    """Where claims took more off than one payer is charged at one VAT rate: lines that take the excess back.

    The latest claim's goes first; together they leave neither net nor VAT.
    """
    net, vat = _sums((*charged, *given_back))
    limits = []
    for code, taken in reversed([(code, list(lines)) for code, lines in groupby(given_back, _claimed)]):
        if net + vat >= 0:
            break
        own = _sums(taken)
        back = own if sum(own) > net + vat else (net, vat)
        limits.append(_limit(taken[0], code, Dong(-back[0]), Dong(-back[1])))
        net, vat = net - back[0], vat - back[1]
    return limits


def _sums(lines: Iterable[Line]) -> tuple[int, int]:
    """Net and VAT of lines."""
    parts = [(line.net, line.vat) for line in lines]
    return sum(net for net, _ in parts), sum(vat for _, vat in parts)


def _claimed(line: Line) -> str:
    """The claim's part of a line's code, such as claim.delayed."""
    return ".".join(line.code.split(".")[:2])


def _limit(line: Line, code: str, net: Dong, vat: Dong) -> Line:
    return replace(
        line,
        code=f"{code}{_LIMIT}",
        words_vi="Không hoàn quá cước còn lại",
        words_en="No more is given back than is charged",
        net=net,
        vat=vat,
        gross=Dong(net + vat),
        base=Dong(0),
    )
