"""What agencies' programs get, as JSON. Instants are RFC 3339, days yyyy-mm-dd, money whole đồng."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)


class OfficeOut(Out):
    """A post office."""

    code: str
    name: str


class CommuneOut(Out):
    """A commune, by our own stable id."""

    id: int
    name: str
    province: str


class CandidateOut(Out):
    """A commune that the address may lie in. The confidences of one answer sum to at most 1."""

    commune: CommuneOut
    confidence: float
    why: str


class PriceLineOut(Out):
    """One line of a price; lines add up to the totals."""

    code: str
    words_vi: str
    words_en: str
    payer: Literal["agency", "addressee", "subsidy"]
    net: int
    vat: int
    gross: int
    vat_rate: str
    rule: str
    source: str


class PriceOut(Out):
    """A price: an estimate until the post accepts the item, frozen then; later corrections are among its lines."""

    book: str
    day: date
    frozen: bool
    net: int
    vat: int
    gross: int
    due_from_addressee: int
    due_from_agency: int
    due_from_subsidy: int
    lines: list[PriceLineOut]


class ItemOut(Out):
    """An item as its agency sees it: no personal data."""

    code: str = Field(examples=["RD000000014VN"])
    agency_reference: str
    dispatch_number: int
    dossier_code: str
    service: str
    state: str
    placed: Literal["placed", "review"]
    confidence: float | None
    commune: CommuneOut | None
    office: OfficeOut | None
    handover_point: str
    return_point: str
    weight_g: int
    agency_fee: int
    payer: Literal["agency", "addressee"]
    price: PriceOut | None
    registered_at: datetime
    accepted_at: datetime | None
    final_at: datetime | None
    recalled_at: datetime | None
    due_day: date | None
    held_until: date | None
    address_until: date | None


class RegisteredOut(ItemOut):
    """A registered item. In review `candidates` says where the address may lie."""

    candidates: list[CandidateOut]


class ItemPage(Out):
    """A page of items; `next` goes on from here, also when nothing is there yet."""

    items: list[ItemOut]
    next: str
    self: str


class EventOut(Out):
    """Something that happened. `seq` never repeats for an item; `position` is the place in the feed."""

    position: int
    code: str
    agency_reference: str
    seq: int
    event: str
    state: str
    occurred_at: datetime
    recorded_at: datetime
    details: dict[str, str | int | bool | None]


class EventPage(Out):
    """A page of the feed; `next` goes on from here, also when nothing is there yet."""

    items: list[EventOut]
    next: str
    self: str


class RecallOut(Out):
    """What became of a recall."""

    answer: Literal["cancelled", "accepted", "pending", "too_late"]


class FaultOut(Out):
    """One wrong member."""

    pointer: str
    code: str
    detail: str


class ProblemOut(Out):
    """A problem document (RFC 9457); facts of the problem stand beside these members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FaultOut] = []


class WarningOut(Out):
    """An accepted row that needs somebody's attention."""

    code: str
    detail: str


class RowOut(Out):
    """What became of a line: 201 registered, 200 registered before with the same content, or a problem's status."""

    line: int
    status: int
    code: str | None = None
    agency_reference: str | None = None
    placed: Literal["placed", "review"] | None = None
    warnings: list[WarningOut] = []
    problem: ProblemOut | None = None


class BatchOut(Out):
    """The answer to a batch, a result for each line that is not blank."""

    dry_run: bool
    accepted: int
    rejected: int
    results: list[RowOut]


class ManifestItemOut(Out):
    """An item that goes back to its agency."""

    code: str
    agency_reference: str
    dossier_code: str
    signed_at: datetime | None


class ManifestOut(Out):
    """A return manifest. It is open until each item is signed for."""

    manifest: str
    handover_point: str
    created_at: datetime
    signed_at: datetime | None
    items: list[ManifestItemOut]


class ManifestList(Out):
    """The return manifests that wait for the agency's signature."""

    items: list[ManifestOut]


class TokenOut(Out):
    """A bearer token (RFC 6749 section 5.1); `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: int
    scope: str
