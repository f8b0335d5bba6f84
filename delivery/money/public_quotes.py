"""What would it cost? A price for anybody who asks: nothing is stored, nobody signs in, and nothing is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from delivery.errors import Invalid
from delivery.money.correcting import COUNTER_REBATE
from delivery.money.pricing import place_of, refused
from delivery.store.communes import Commune
from delivery.store.queries.places import commune_of
from delivery.store.work import Work
from routing.addresses import Match, Matcher, Verdict
from tariffs.book import LEGS, Book, NoBookInForce, Payer, Proof, Service, TariffRefusal, Waiver, Zone, in_force
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Quote, Request, WaiverClaim, quote, zone_of


@dataclass(frozen=True, kw_only=True)
class Somewhere:
    """A place as asked for: free text, our id of a commune, or both, where the id settles what the text left open."""

    text: str = ""
    commune_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody wants to know the price of. `day` is Vietnam's; today when it is None.

    `options` and `waivers` are codes of the book; `items_last_month` is what an agency handed over in the month
    before, and acts only when the agency pays.
    """

    origin: Somewhere
    destination: Somewhere
    weight_g: int
    service: Service = Service.RESULT_RETURN
    payer: Payer = Payer.ADDRESSEE
    options: frozenset[str] = frozenset()
    waivers: frozenset[str] = frozenset()
    agency_fee: int = 0
    redeliveries: int = 0
    items_last_month: int = 0
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A commune in words, with our id of it."""

    id: int
    name: str
    province: str


@dataclass(frozen=True, kw_only=True)
class Maybe:
    """A commune that a text may mean, how likely (0 to 1), and what was read."""

    spot: Spot
    confidence: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where a place lies; while `spot` is None somebody has to choose among `candidates`."""

    spot: Spot | None
    candidates: tuple[Maybe, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Way:
    """What the addressee pays with one waiver, or none: handed over at home, and collected at the counter.

    `at_counter` is None when the book gives no rebate there.
    """

    waiver: Waiver | None
    at_home: Dong
    at_counter: Dong | None


@dataclass(frozen=True, kw_only=True)
class Priced:
    """The price, how it came about, and the ways to pay less. `ways` is empty when the agency pays."""

    book: Book
    request: Request
    quote: Quote
    zone: Zone
    legal_maximum: Dong | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Where from, where to, and the price once both are clear."""

    origin: Found
    destination: Found
    priced: Priced | None


def ask(unit: Work, books: Sequence[Book], matcher: Matcher, question: Question) -> Answer:
    """Price a question of anybody by the book of its day.

    A place that the text does not decide is asked back, with the communes it may be. Raises Invalid, pointing into
    the question, for a place that nobody knows, a day gone by, and whatever the book cannot price.
    """
    day = _day(unit, question)
    origin = _find(unit, matcher, question.origin, "/origin")
    destination = _find(unit, matcher, question.destination, "/destination")
    priced = None
    if origin.spot and destination.spot:
        ends = commune_of(unit, origin.spot.id), commune_of(unit, destination.spot.id)
        try:
            priced = _priced(in_force(books, day), question, *ends, day)
        except NoBookInForce as none:
            raise Invalid(none.code, vi=none.vi, en=none.en, pointer="/day") from none
        except TariffRefusal as refusal:
            raise refused(refusal) from refusal
    return Answer(origin=origin, destination=destination, priced=priced)


def open_books(books: Sequence[Book], day: date) -> tuple[Book, ...]:
    """The book in force on Vietnam's `day` and those that begin later, in the order of their days."""
    first = max((book.in_force_from for book in books if book.in_force_from <= day), default=day)
    return tuple(sorted((b for b in books if b.in_force_from >= first), key=lambda book: book.in_force_from))


def heaviest(book: Book, service: Service) -> int:
    """The most grams that a service takes."""
    return min(book.services[leg].further.up_to_g for leg in LEGS[service])


def _day(unit: Work, question: Question) -> date:
    """The day asked for. What a day gone by cost stands in frozen prices, and is no offer any more."""
    day = question.day or unit.today
    if day < unit.today:
        raise Invalid(
            "day-gone-by",
            vi=f"Ngày {day:%d/%m/%Y} đã qua. Hãy chọn hôm nay hoặc một ngày sau.",
            en=f"{day.isoformat()} has gone by. Choose today or a later day.",
            pointer="/day",
        )
    return day


def _find(unit: Work, matcher: Matcher, place: Somewhere, pointer: str) -> Found:
    if not place.text.strip():
        return Found(spot=_chosen(unit, place.commune_id, pointer))
    match = matcher.match(place.text)
    if match.verdict is Verdict.UNKNOWN:
        raise _unknown(match, pointer)
    if match.verdict is Verdict.SURE:
        return Found(spot=_spot(commune_of(unit, match.candidates[0].commune_id)))
    candidates = tuple(
        Maybe(spot=_spot(commune_of(unit, one.commune_id)), confidence=one.confidence, why=one.why)
        for one in match.candidates
    )
    settled = next((one.spot for one in candidates if one.spot.id == place.commune_id), None)
    return Found(spot=settled, candidates=candidates)


def _unknown(match: Match, pointer: str) -> Invalid:
    if match.parts.province:
        return Invalid(
            "place-too-wide",
            vi=f"{match.parts.province} có nhiều xã, phường: hãy ghi thêm xã, phường (tên cũ cũng được).",
            en=f"{match.parts.province} has many communes: name the commune or ward too (an old name will do).",
            pointer=f"{pointer}/text",
        )
    return Invalid(
        "place-unknown",
        vi="Chưa nhận ra nơi này. Hãy ghi xã, phường và tỉnh, thành phố, tên cũ hay mới đều được.",
        en="This place was not recognised. Write commune and province, by their old or new names.",
        pointer=f"{pointer}/text",
    )


def _chosen(unit: Work, commune_id: int | None, pointer: str) -> Spot:
    if commune_id is None:
        raise Invalid(
            "place-missing",
            vi="Hãy ghi xã, phường và tỉnh, thành phố.",
            en="Name a commune and its province.",
            pointer=pointer,
        )
    commune = unit.session.get(Commune, commune_id)
    if commune is None:
        raise Invalid(
            "commune-unknown",
            vi="Không có xã, phường nào mang số này.",
            en="There is no commune of this number.",
            pointer=f"{pointer}/commune",
        )
    return _spot(commune)


def _spot(commune: Commune) -> Spot:
    return Spot(id=commune.id, name=commune.name, province=commune.province.name)


def _priced(book: Book, question: Question, origin: Commune, destination: Commune, day: date) -> Priced:
    paid_by_agency = question.payer is Payer.AGENCY
    try:
        request = Request(
            service=question.service,
            origin=place_of(origin),
            destination=place_of(destination),
            weight_g=question.weight_g,
            payer=question.payer,
            day=day,
            options=question.options,
            waivers=frozenset(WaiverClaim(kind=kind, asserted_by=AssertedBy.NOBODY) for kind in question.waivers),
            agency_fee_to_collect=Dong(question.agency_fee),
            volume_tier=book.volume_tier(question.items_last_month) if paid_by_agency else None,
            redeliveries=question.redeliveries,
        )
    except ValueError as wrong:
        raise Invalid(
            "amounts-impossible",
            vi="Khối lượng phải từ 1 g; lệ phí và số lần phát lại không được âm.",
            en=str(wrong),
            pointer="/weight_g" if question.weight_g <= 0 else "",
        ) from wrong
    zone = zone_of(book, request.origin, request.destination)
    return Priced(
        book=book,
        request=request,
        quote=quote(book, request),
        zone=zone,
        legal_maximum=book.legal_maximum(request.service, zone, request.weight_g),
        ways=() if paid_by_agency else _ways(book, request),
    )


def _ways(book: Book, request: Request) -> tuple[Way, ...]:
    """Without a waiver first, then each that somebody may claim; what an address proves is in all of them."""
    claimable = [waiver for waiver in book.waivers.values() if waiver.proof is Proof.CLAIM]
    return tuple(_way(book, request, waiver) for waiver in (None, *claimable))


def _way(book: Book, request: Request, waiver: Waiver | None) -> Way:
    claims = frozenset({WaiverClaim(kind=waiver.kind, asserted_by=AssertedBy.NOBODY)} if waiver else ())
    home = replace(request, waivers=claims, options=request.options - {COUNTER_REBATE})
    counter = replace(home, options=home.options | {COUNTER_REBATE}) if COUNTER_REBATE in book.rebates else None
    return Way(
        waiver=waiver,
        at_home=quote(book, home).owed_by(Payer.ADDRESSEE),
        at_counter=None if counter is None else quote(book, counter).owed_by(Payer.ADDRESSEE),
    )
