"""The tariff book: a dated, immutable document, already known to be whole. `shelf` is its only maker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tariffs.money import Dong, Rate, Rounding, VatRate, share

# fmt: off
PROVINCES = frozenset((
    "01", "04", "08", "11", "12", "14", "15", "19", "20", "22", "24", "25", "31", "33", "37", "38", "40",
    "42", "44", "46", "48", "51", "52", "56", "66", "68", "75", "79", "80", "82", "86", "91", "92", "96",
))
# fmt: on
"""The official codes of the 34 provinces since 1 July 2025 (Resolution 202/2025/QH15)."""


class TariffRefusal(Exception):
    """A tariff question without an answer: a stable `code`, and the words for who must act in `vi` and `en`."""

    def __init__(self, code: str, *, vi: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.vi = vi
        self.en = en


class NoBookInForce(TariffRefusal):
    """No book, or more than one, holds on the day asked for."""


class Label(StrEnum):
    """Whether a book is the operator's word or only shows how one works."""

    OFFICIAL = "official"
    ILLUSTRATIVE = "illustrative"


class Service(StrEnum):
    """What the post is asked to do."""

    RESULT_RETURN = "result_return"
    """Carry a result from the agency to the citizen."""
    DOSSIER_INTAKE = "dossier_intake"
    """Carry a dossier from the citizen to the agency."""
    BOTH_WAYS = "both_ways"
    """Both, ordered together: the two prices less the discount for both ways."""


LEGS: Mapping[Service, tuple[Service, ...]] = {
    Service.RESULT_RETURN: (Service.RESULT_RETURN,),
    Service.DOSSIER_INTAKE: (Service.DOSSIER_INTAKE,),
    Service.BOTH_WAYS: (Service.DOSSIER_INTAKE, Service.RESULT_RETURN),
}


class Zone(StrEnum):
    """How far apart two communes are, as a price sees it."""

    SAME_COMMUNE = "same_commune"
    SAME_PROVINCE = "same_province"
    SAME_REGION = "same_region"
    ADJACENT_REGION = "adjacent_region"
    DISTANT_REGION = "distant_region"


class Part(StrEnum):
    """The parts of a price. VAT is stated, and counted, for each by itself."""

    POSTAGE = "postage"
    SURCHARGE = "surcharge"
    COLLECTION = "collection"
    REDELIVERY = "redelivery"


class Payer(StrEnum):
    """Who owes a line."""

    AGENCY = "agency"
    ADDRESSEE = "addressee"
    SUBSIDY = "subsidy"


class MaximumBasis(StrEnum):
    """What the legal maximum is compared with."""

    NET = "net"
    GROSS = "gross"
    NONE = "none"
    """The book knows of no legal maximum."""


class Proof(StrEnum):
    """What makes a waiver count. A citizen's own word is not in this list."""

    CLAIM = "claim"
    """The agency asserts it, or a clerk records the paper seen."""
    REMOTE_PLACE = "remote_place"
    """The citizen's commune is remote: the address itself proves it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One name in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What a part of the book rests on. `cite` is printed on each line; `confirmed`: somebody checked the original."""

    code: str
    cite: str
    note: Words
    confirmed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The price over `over_g` and up to `to_g` grams, in each zone; `maximum` is empty when the book knows of none."""

    over_g: int
    to_g: int
    price: Mapping[Zone, Dong]
    maximum: Mapping[Zone, Dong]


@dataclass(frozen=True, kw_only=True, slots=True)
class Further:
    """What each begun `each_g` grams beyond the last step adds, up to the service's limit of `up_to_g` grams."""

    each_g: int
    up_to_g: int
    price: Mapping[Zone, Dong]
    maximum: Mapping[Zone, Dong]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServicePrice:
    """The price table of one service."""

    service: Service
    words: Words
    source: Source
    steps: tuple[Step, ...]
    further: Further

    def step_at(self, weight_g: int) -> int:
        """Which of `steps`, counted from 0, a weight in grams falls into; the last one for all that is heavier."""
        for at, step in enumerate(self.steps):
            if weight_g <= step.to_g:
                return at
        return len(self.steps) - 1

    def further_steps(self, weight_g: int) -> int:
        """How many further steps a weight in grams begins beyond the last step."""
        return max(0, -(-(weight_g - self.steps[-1].to_g) // self.further.each_g))


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """`flat` đồng plus `rate` of a base, and never under `at_least`."""

    flat: Dong
    rate: Rate
    at_least: Dong

    def on(self, base: int, rounding: Rounding, unit: int) -> Dong:
        """The amount for a base in đồng."""
        amount = self.flat + share(base, self.rate, rounding=rounding, unit=unit) if self.rate else self.flat
        return Dong(max(amount, self.at_least))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A charge, discount or rebate with its name and source. `where` is its place in the book's text."""

    code: str
    words: Words
    source: Source
    where: str
    charge: Charge


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeTier:
    """The discount of an agency whose last month counted at least `from_items` items."""

    from_items: int
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Redelivery:
    """`free` redeliveries, then a charge for each."""

    free: int
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """Takes `rate` of the `covers` parts off the addressee and lays it on `borne_by`."""

    kind: str
    words: Words
    source: Source
    where: str
    rate: Rate
    covers: frozenset[Part]
    borne_by: Payer
    proof: Proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """One tariff book.

    In force from Vietnam's day `in_force_from` until the next book's. Prices are net of VAT, and multiples of `unit`
    đồng. `zones` names the zone of two different provinces in both orders. `grounds` holds the sources of the parts
    that no line cites: rounding, vat, regions and legal_maximum. `digest` is the SHA-256 of the text it was read from.
    """

    code: str
    label: Label
    title: Words
    in_force_from: date
    digest: str
    sources: Mapping[str, Source]
    grounds: Mapping[str, Source]
    rounding: Rounding
    unit: int
    vat: Mapping[Part, VatRate]
    regions: Mapping[str, tuple[str, ...]]
    zones: Mapping[tuple[str, str], Zone]
    maximum_basis: MaximumBasis
    services: Mapping[Service, ServicePrice]
    remote: Rule
    options: Mapping[str, Rule]
    both_ways: Rule
    volume_tiers: tuple[VolumeTier, ...]
    rebates: Mapping[str, Rule]
    collection: Rule
    redelivery: Redelivery
    waivers: Mapping[str, Waiver]

    def volume_tier(self, items_last_month: int) -> str | None:
        """The code of the tier that a count of last month's items earns; None when it earns none."""
        earned = [tier.rule.code for tier in self.volume_tiers if items_last_month >= tier.from_items]
        return earned[-1] if earned else None

    def legal_maximum(self, service: Service, zone: Zone, weight_g: int) -> Dong | None:
        """The most that base and further steps may cost, on `maximum_basis`; None when the book knows of none."""
        if self.maximum_basis is MaximumBasis.NONE:
            return None
        return Dong(sum(_leg_maximum(self.services[leg], zone, weight_g) for leg in LEGS[service]))


def _leg_maximum(table: ServicePrice, zone: Zone, weight_g: int) -> int:
    base = table.steps[table.step_at(weight_g)]
    return base.maximum[zone] + table.further_steps(weight_g) * table.further.maximum[zone]


def in_force(books: Sequence[Book], day: date) -> Book:
    """The book that holds on Vietnam's `day`: the latest one begun.

    Raises NoBookInForce when none has begun, or when two begin together.
    """
    begun = [book for book in books if book.in_force_from <= day]
    if not begun:
        raise NoBookInForce(
            "no-tariff-book",
            vi=f"Không có biểu cước nào có hiệu lực vào ngày {day:%d/%m/%Y}.",
            en=f"No tariff book is in force on {day.isoformat()}.",
        )
    latest = max(begun, key=lambda book: book.in_force_from)
    for other in begun:
        if other is not latest and other.in_force_from == latest.in_force_from:
            raise NoBookInForce(
                "two-tariff-books",
                vi=f"Hai biểu cước {latest.code} và {other.code} cùng có hiệu lực vào ngày {day:%d/%m/%Y}.",
                en=f"Two tariff books, {latest.code} and {other.code}, are in force on {day.isoformat()}.",
            )
    return latest
