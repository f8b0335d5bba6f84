"""Tariff books and quotes as JSON, for anybody. Money is whole đồng, net of VAT unless a name says otherwise."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from delivery.money.public_quotes import Question, Somewhere
from delivery.web.agency_api.replies import CandidateOut, CommuneOut, Out, PriceLineOut
from delivery.web.agency_api.schemas import In, LongLine, ShortCode
from tariffs.book import Payer, Service

ZoneName = Literal["same_commune", "same_province", "same_region", "adjacent_region", "distant_region"]
PartName = Literal["postage", "surcharge", "collection", "redelivery"]
ServiceName = Literal["result_return", "dossier_intake", "both_ways"]


class DayQuery(In):
    """The day whose book is wanted; without it, the book in force and those to come."""

    day: Annotated[date, Field(strict=False)] | None = Field(default=None, examples=["2027-01-15"])


class PlaceIn(In):
    """A commune: our id of it, or text by old or new names. The id settles what the text leaves open."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}}},
                {"required": ["commune"], "properties": {"commune": {"type": "integer"}}},
            ]
        }
    )

    text: LongLine | None = Field(default=None, examples=["phường Tân Định, quận 1, TP HCM"])
    commune: int | None = Field(default=None, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _something(self) -> "PlaceIn":
        if self.text is None and self.commune is None:
            raise PydanticCustomError("missing", "Give text or commune.")
        return self

    def somewhere(self) -> Somewhere:
        """The place as a question knows it."""
        return Somewhere(text=self.text or "", commune_id=self.commune)


class QuoteIn(In):
    """What is to be priced. Options and waivers are codes of the book."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "origin": {"text": "phường Bến Nghé, quận 1, TP HCM"},
                    "destination": {"text": "phường Tân Định, quận 1, TP HCM"},
                    "weight_g": 80,
                },
                {
                    "service": "both_ways",
                    "origin": {"text": "phường Ba Đình, Hà Nội"},
                    "destination": {"text": "Đặc khu Côn Đảo, TP HCM"},
                    "weight_g": 1250,
                    "options": ["hand_to_addressee"],
                    "waivers": ["near_poor_household"],
                    "agency_fee": 640000,
                },
            ]
        }
    )

    service: ServiceName = "result_return"
    origin: PlaceIn = Field(description="Where the agency hands over.")
    destination: PlaceIn = Field(description="Where the result goes.")
    weight_g: int = Field(ge=1, le=30_000, examples=[80])
    payer: Literal["agency", "addressee"] = "addressee"
    options: list[ShortCode] = Field(default=[], max_length=20, examples=[["hand_to_addressee"]])
    waivers: list[ShortCode] = Field(default=[], max_length=10, description="Kinds of relief, as if vouched for.")
    agency_fee: int = Field(default=0, ge=0, le=100_000_000, description="To be collected for the agency, đồng.")
    redeliveries: int = Field(default=0, ge=0, le=50, description="Further deliveries that the addressee asks for.")
    items_last_month: int = Field(
        default=0, ge=0, le=100_000_000, description="What earns a paying agency its volume discount."
    )
    day: Annotated[date, Field(strict=False)] | None = Field(
        default=None, description="Today or later, Viet Nam's day; today if absent.", examples=["2027-01-15"]
    )

    def question(self) -> Question:
        """The question as the use case knows it."""
        return Question(
            service=Service(self.service),
            origin=self.origin.somewhere(),
            destination=self.destination.somewhere(),
            weight_g=self.weight_g,
            payer=Payer(self.payer),
            options=frozenset(self.options),
            waivers=frozenset(self.waivers),
            agency_fee=self.agency_fee,
            redeliveries=self.redeliveries,
            items_last_month=self.items_last_month,
            day=self.day,
        )


class FoundOut(Out):
    """What was made of a place: a commune, or the candidates to choose from."""

    commune: CommuneOut | None
    candidates: list[CandidateOut]


class QuoteLineOut(PriceLineOut):
    """One line of a quote; `base` is what a percentage was taken of, 0 for a fixed amount."""

    base: int


class WayOut(Out):
    """What the addressee pays, with VAT, under one waiver or none; `at_counter` when collected there."""

    waiver: str | None
    words_vi: str
    words_en: str
    at_home: int
    at_counter: int | None


class QuotedOut(Out):
    """A price by a book: lines that add up, who owes what, and the ways to pay less."""

    book: str
    label: Literal["official", "illustrative"]
    digest: str = Field(description="SHA-256 of the book's text, which GET /tariffs/{code} gives.")
    day: date
    zone: ZoneName
    legal_maximum: int | None = Field(description="For postage.* lines; null when the book knows of none.")
    legal_maximum_basis: Literal["net", "gross", "none"]
    net: int
    vat: int
    gross: int
    due_from_addressee: int
    due_from_agency: int
    due_from_subsidy: int
    agency_fee: int = Field(description="The agency's own money, on top of the price.")
    lines: list[QuoteLineOut]
    ways: list[WayOut]


class QuoteOut(Out):
    """`priced`, or `ask`: then `price` is null and candidates say which commune's id to send along."""

    answered: Literal["priced", "ask"]
    origin: FoundOut
    destination: FoundOut
    price: QuotedOut | None


class CellsOut(Out):
    """One amount for each zone."""

    same_commune: int
    same_province: int
    same_region: int
    adjacent_region: int
    distant_region: int


class StepOut(Out):
    """The price over `over_g` and up to `to_g` grams."""

    over_g: int
    to_g: int
    price: CellsOut
    legal_maximum: CellsOut | None


class FurtherOut(Out):
    """What each begun `each_g` beyond the last step adds, up to `up_to_g` grams in all."""

    each_g: int
    up_to_g: int
    price: CellsOut
    legal_maximum: CellsOut | None


class ServiceOut(Out):
    """The table of one service."""

    service: Literal["result_return", "dossier_intake"]
    words_vi: str
    words_en: str
    source: str
    steps: list[StepOut]
    further: FurtherOut


class RuleOut(Out):
    """A charge or a discount: `flat` plus `percent` of its base, never under `at_least`. `rule` is its place."""

    code: str
    words_vi: str
    words_en: str
    rule: str
    source: str
    flat: int
    percent: str
    at_least: int


class TierOut(RuleOut):
    """A discount by volume."""

    from_items: int


class WaiverOut(Out):
    """A relief: what it covers, how much of it, who bears it, and what proves it."""

    kind: str
    words_vi: str
    words_en: str
    rule: str
    source: str
    percent: str
    covers: list[PartName]
    borne_by: Literal["agency", "subsidy"]
    proof: Literal["claim", "remote_place"]


class SourceOut(Out):
    """What a part of the book rests on. `confirmed`: somebody checked the original."""

    code: str
    cite: str
    note_vi: str
    note_en: str
    confirmed: bool


class ZoneOut(Out):
    """A zone's name in words."""

    zone: ZoneName
    words_vi: str
    words_en: str


class BetweenOut(Out):
    """The zone between two regions."""

    regions: list[str]
    zone: ZoneName


class TariffOut(Out):
    """A tariff book. In force from its day until the next book's (`until`, the last day, is null for the latest)."""

    code: str
    label: Literal["official", "illustrative"]
    title_vi: str
    title_en: str
    in_force_from: date
    until: date | None
    digest: str
    text: str = Field(description="Where the exact text is, from which anybody can recompute a price.")
    rounding: Literal["half_up", "down", "up"]
    unit: int
    vat: dict[str, str] = Field(description='By part: a percentage, or "not_subject".')
    legal_maximum_basis: Literal["net", "gross", "none"]
    zones: list[ZoneOut]
    regions: dict[str, list[str]] = Field(description="Provinces, by their official codes, in each postal region.")
    between: list[BetweenOut]
    services: list[ServiceOut]
    surcharges: list[RuleOut]
    discounts: list[RuleOut]
    volume_tiers: list[TierOut]
    collection: RuleOut
    redelivery: RuleOut
    free_redeliveries: int
    waivers: list[WaiverOut]
    sources: list[SourceOut]


class TariffList(Out):
    """Tariff books in the order of their days."""

    items: list[TariffOut]
