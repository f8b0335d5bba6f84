"""A book and a request make a quote: lines that sum to the price, each saying what it rests on and who owes it.

VAT is counted for each payer on the net of each part (postage, surcharge, collection, redelivery), and a line carries
what it adds to it. So the VAT of a part is its rate of the part's net, rounded once, however many lines the part has.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tariffs.bill import Bill, Move
from tariffs.book import LEGS, PROVINCES, Book, Part, Payer, Proof, Service, TariffRefusal, Waiver, Words, Zone
from tariffs.lines import Line, Quote
from tariffs.money import Dong

__all__ = [
    "AssertedBy",
    "Line",
    "Payer",
    "Place",
    "Quote",
    "QuoteRefused",
    "Request",
    "WaiverClaim",
    "quote",
    "zone_of",
]

BY_ADDRESS = Words(vi="theo địa chỉ", en="by the address")


class QuoteRefused(TariffRefusal):
    """The book has no price for what was asked."""


class AssertedBy(StrEnum):
    """Who vouches for a waiver."""

    AGENCY = "agency"
    """The agency asserts it."""
    CLERK = "clerk"
    """A clerk at the counter records the paper seen."""
    NOBODY = "nobody"
    """Nobody yet: somebody asks what a price would be. It stands in a public answer, never in an item's price."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverClaim:
    """A waiver that somebody vouches for. `who` is an agency's code or a staff number, never a name: it is printed.

    When nobody vouches yet, `who` is empty.
    """

    kind: str
    asserted_by: AssertedBy
    who: str = ""

    def __post_init__(self) -> None:
        if not self.kind or bool(self.who.strip()) is (self.asserted_by is AssertedBy.NOBODY):
            raise ValueError(f"The waiver “{self.kind}” needs a kind and the code of who vouches for it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A commune: the two-digit code of its province since July 2025, its own official code, whether it is remote."""

    province: str
    commune: str
    remote: bool = False

    def __post_init__(self) -> None:
        if self.province not in PROVINCES:
            raise ValueError(f"“{self.province}” is not the code of one of the 34 provinces.")
        if not self.commune.strip():
            raise ValueError(f"A place in province {self.province} has no commune code.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is to be priced.

    `weight_g` in grams; `options` are codes of the book's options and rebates; `day` is Vietnam's; `payer` owes every
    line that no waiver moves. `volume_tier` is what last month's count earned the agency (`Book.volume_tier`) and acts
    only when the agency pays. `redeliveries` counts those asked for by the citizen. For both ways, either direction
    will do.
    """

    service: Service
    origin: Place
    destination: Place
    weight_g: int
    payer: Payer
    day: date
    options: frozenset[str] = frozenset()
    waivers: frozenset[WaiverClaim] = frozenset()
    agency_fee_to_collect: Dong = Dong(0)  # noqa: RUF009 - a NewType call is the number itself
    volume_tier: str | None = None
    redeliveries: int = 0

    def __post_init__(self) -> None:
        if self.weight_g <= 0:
            raise ValueError(f"A weight of {self.weight_g} g cannot be priced: it must be above 0.")
        if self.payer is Payer.SUBSIDY:
            raise ValueError("A subsidy pays through a waiver of the book; the payer is the agency or the addressee.")
        if self.agency_fee_to_collect < 0 or self.redeliveries < 0:
            raise ValueError("The agency fee to collect and the count of redeliveries cannot be negative.")


def zone_of(book: Book, origin: Place, destination: Place) -> Zone:
    """The zone between two places, the same in both directions."""
    if origin.province != destination.province:
        return book.zones[origin.province, destination.province]
    return Zone.SAME_COMMUNE if origin.commune == destination.commune else Zone.SAME_PROVINCE


def quote(book: Book, request: Request) -> Quote:
    """Price a request by a book.

    Percentages of surcharges and redeliveries are taken of the postage before discounts; discounts follow one another,
    each on what the one before left. Of several waivers the one that leaves the addressee least to pay counts. Raises
    QuoteRefused when the book has not begun, or does not know the weight, an option, a tier or a waiver.
    """
    _refuse_unknown(book, request)
    bill = Bill(book, request.payer)
    zone = zone_of(book, request.origin, request.destination)
    for leg in LEGS[request.service]:
        bill.post(book.services[leg], zone, request.weight_g)
    postage = bill.net_of(Part.POSTAGE)
    _discount(bill, book, request)
    _surcharge(bill, book, request, postage)
    if fee := request.agency_fee_to_collect:
        bill.charge("collection", book.collection, Part.COLLECTION, fee)
    if (charged := request.redeliveries - book.redelivery.free) > 0:
        bill.charge("redelivery", book.redelivery.rule, Part.REDELIVERY, postage, times=charged)
    if request.payer is Payer.ADDRESSEE:
        _waive(bill, book, request)
    return Quote(book=book.code, day=request.day, lines=tuple(bill.lines))


def _discount(bill: Bill, book: Book, request: Request) -> None:
    if request.service is Service.BOTH_WAYS:
        bill.reduce("discount.both_ways", book.both_ways)
    if request.volume_tier is not None and request.payer is Payer.AGENCY:
        for tier in book.volume_tiers:
            if tier.rule.code == request.volume_tier:
                bill.reduce(f"discount.volume.{tier.rule.code}", tier.rule)
    for code, rule in book.rebates.items():
        if code in request.options:
            bill.reduce(f"rebate.{code}", rule)


def _surcharge(bill: Bill, book: Book, request: Request, postage: int) -> None:
    if request.origin.remote or request.destination.remote:
        bill.charge("surcharge.remote", book.remote, Part.SURCHARGE, postage)
    for code, rule in book.options.items():
        if code in request.options:
            bill.charge(f"surcharge.{code}", rule, Part.SURCHARGE, postage)


def _waive(bill: Bill, book: Book, request: Request) -> None:
    """Lay the best waiver that counts on its bearer. The book's order decides between equals."""
    remote = request.origin.remote or request.destination.remote
    if not remote and not request.waivers:
        return
    claims = {claim.kind: claim for claim in sorted(request.waivers, key=_least_vouched_first)}
    best: tuple[int, list[Move], Waiver, WaiverClaim | None] | None = None
    for waiver in book.waivers.values():
        by_address = waiver.proof is Proof.REMOTE_PLACE
        claim = None if by_address else claims.get(waiver.kind)
        if claim or (by_address and remote):
            moves = bill.moves(waiver)
            spared = sum([move.gross for move in moves])
            if spared > (best[0] if best else 0):
                best = spared, moves, waiver, claim
    if best is not None:
        _, moves, waiver, claim = best
        bill.move(moves, waiver, _vouched(claim) if claim else BY_ADDRESS)


def _least_vouched_first(claim: WaiverClaim) -> tuple[int, str]:
    """A paper that a clerk saw outweighs an agency's word, so it comes later and stays."""
    return _WEIGHT[claim.asserted_by], claim.who


_WEIGHT = {AssertedBy.NOBODY: 0, AssertedBy.AGENCY: 1, AssertedBy.CLERK: 2}


def _vouched(claim: WaiverClaim) -> Words:
    """Who says that a claim is true, for the line."""
    match claim.asserted_by:
        case AssertedBy.AGENCY:
            return Words(vi=f"cơ quan {claim.who} xác nhận", en=f"asserted by agency {claim.who}")
        case AssertedBy.CLERK:
            return Words(vi=f"giao dịch viên {claim.who} đã xem giấy tờ", en=f"paper seen by clerk {claim.who}")
        case AssertedBy.NOBODY:
            return Words(vi="khi có người xác nhận", en="once somebody vouches for it")


def _refuse_unknown(book: Book, request: Request) -> None:
    if request.day < book.in_force_from:
        raise QuoteRefused(
            "book-not-begun",
            vi=f"Biểu cước {book.code} có hiệu lực từ {book.in_force_from:%d/%m/%Y}, sau ngày {request.day:%d/%m/%Y}.",
            en=f"Tariff book {book.code} begins on {book.in_force_from}, after {request.day}.",
        )
    for leg in LEGS[request.service]:
        most = book.services[leg].further.up_to_g
        if request.weight_g > most:
            raise QuoteRefused(
                "too-heavy",
                vi=f"{request.weight_g} g vượt mức tối đa {most} g của dịch vụ này.",
                en=f"{request.weight_g} g is above this service's limit of {most} g.",
            )
    for option in request.options:
        if option not in book.options and option not in book.rebates:
            known = ", ".join([*book.options, *book.rebates])
            raise QuoteRefused(
                "unknown-option",
                vi=f"Biểu cước {book.code} không có tùy chọn “{option}”; chỉ có: {known}.",
                en=f"Tariff book {book.code} has no option “{option}”; it has {known}.",
            )
    for claim in request.waivers:
        if claim.kind not in book.waivers:
            known = ", ".join(book.waivers)
            raise QuoteRefused(
                "unknown-waiver",
                vi=f"Biểu cước {book.code} không có diện miễn giảm “{claim.kind}”; chỉ có: {known}.",
                en=f"Tariff book {book.code} has no waiver “{claim.kind}”; it has {known}.",
            )
    if request.volume_tier is not None and all(t.rule.code != request.volume_tier for t in book.volume_tiers):
        raise QuoteRefused(
            "unknown-volume-tier",
            vi=f"Biểu cước {book.code} không có bậc sản lượng “{request.volume_tier}”.",
            en=f"Tariff book {book.code} has no volume tier “{request.volume_tier}”.",
        )
