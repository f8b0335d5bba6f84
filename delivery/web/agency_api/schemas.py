"""What agencies' programs send, as JSON. Instants are RFC 3339, days yyyy-mm-dd, money whole đồng."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from delivery.rules.codes import parse_dossier_code
from delivery.rules.phones import parse_phone
from delivery.rules.submissions import GivenAddress, Paper, Recipient, Submission

# A control character in a name or an address is a slip of a program, and NUL cannot be stored; a label shows one line
# with something on it. Ranges are spelt out, since JSON Schema, Python and Rust do not agree on what \s is.
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_UNSEEN = r" \u00a0\u1680\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff"
_LINE = rf"^[^{_CONTROL}]*[^{_CONTROL}{_UNSEEN}][^{_CONTROL}]*$"
_IS_LINE = re.compile(_LINE)


def _one_line(text: str) -> str:
    if not _IS_LINE.fullmatch(text):
        raise PydanticCustomError("one_line", "One line with something to be seen on it.")
    return text


_SHOWN = Field(json_schema_extra={"pattern": _LINE})
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line), _SHOWN]
LongLine = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_one_line), _SHOWN]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:\-]{0,63}$")]
ShortCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,39}$")]


class In(BaseModel):
    """What is sent: nothing unknown, nothing converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LocationIn(In):
    """A point in Viet Nam, WGS 84 degrees."""

    lat: float = Field(ge=6.0, le=24.0, examples=[10.7769])
    lon: float = Field(ge=102.0, le=118.0, examples=[106.7009])


class AddressIn(In):
    """Free text, or the units apart; old three-level and new two-level forms are both understood."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}}},
                {"required": ["province"], "properties": {"province": {"type": "string"}}},
            ]
        }
    )

    text: LongLine | None = Field(default=None, examples=["45/6 Trần Quang Khải, phường Tân Định, TP. Hồ Chí Minh"])
    house: Line | None = None
    street: Line | None = None
    hamlet: Line | None = None
    commune: Line | None = None
    district: Line | None = None
    province: Line | None = None
    location: LocationIn | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "AddressIn":
        parts = (self.house, self.street, self.hamlet, self.commune, self.district)
        if (self.text is None) == (self.province is None) or (self.text is not None and any(parts)):
            raise PydanticCustomError("address_form", "Either text, or separate members with a province.")
        return self

    def given(self) -> GivenAddress:
        """The address as the rules know it."""
        location = (self.location.lat, self.location.lon) if self.location else None
        if self.text is not None:
            return GivenAddress(text=self.text, location=location)
        street = " ".join(part for part in (self.house, self.street) if part)
        return GivenAddress(
            street=", ".join(part for part in (street, self.hamlet) if part),
            commune=self.commune or "",
            district=self.district or "",
            province=self.province or "",
            location=location,
        )


class AddresseeIn(In):
    """Who the result is for. Without a phone the post invites by letter."""

    name: Line = Field(examples=["Trần Thị Thử"])
    phone: Annotated[str, StringConstraints(max_length=24)] | None = Field(default=None, examples=["0912 345 678"])
    identity_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{6,20}$")] | None = None
    address: AddressIn


class DocumentIn(In):
    """A paper inside the envelope; `kind` is the agency's own code."""

    kind: ShortCode = Field(examples=["land_use_certificate"])
    original: bool
    sheets: int = Field(ge=1, le=1000, examples=[2])


class SubmissionIn(In):
    """One result to be handed over."""

    agency_reference: Reference = Field(
        description="The agency's own name for this envelope, used once and for ever.", examples=["HS-2026-000123"]
    )
    dossier_code: Annotated[str, StringConstraints(max_length=60)] = Field(examples=["000.00.01.H29-261130-0420"])
    handover_point: ShortCode = Field(description="Where the envelope lies.", examples=["P1"])
    return_point: ShortCode | None = Field(default=None, description="Where it returns; the hand-over point if absent.")
    service: Literal["result_return"] = "result_return"
    weight_g: int = Field(ge=1, le=30_000, examples=[100])
    agency_fee: int = Field(default=0, ge=0, le=100_000_000, description="To be collected for the agency, đồng.")
    payer: Literal["agency", "addressee"] | None = Field(
        default=None, description="Who pays the postage; as the agency's contract says if absent."
    )
    waivers: list[ShortCode] = Field(default=[], max_length=10, description="Kinds of relief that the agency asserts.")
    options: list[ShortCode] = Field(
        default=[], max_length=10, description="Options of the tariff book, such as hand_to_addressee."
    )
    due_day: Annotated[date, Field(strict=False)] | None = Field(default=None, examples=["2026-12-10"])
    documents: list[DocumentIn] = Field(min_length=1, max_length=50)
    addressee: AddresseeIn

    def submission(self) -> Submission:
        """The submission as the rules know it. Raises Invalid at the member that makes no sense."""
        person = self.addressee
        return Submission(
            agency_reference=self.agency_reference,
            dossier_code=parse_dossier_code(self.dossier_code, pointer="/dossier_code"),
            point=self.handover_point,
            return_point=self.return_point,
            service=self.service,
            weight_g=self.weight_g,
            agency_fee=self.agency_fee,
            payer=self.payer,
            waivers=tuple(self.waivers),
            options=tuple(self.options),
            due_day=self.due_day,
            documents=tuple(Paper(kind=d.kind, original=d.original, sheets=d.sheets) for d in self.documents),
            addressee=Recipient(
                name=" ".join(person.name.split()),
                phone=parse_phone(person.phone, pointer="/addressee/phone") if person.phone is not None else None,
                address=person.address.given(),
                identity_number=person.identity_number,
            ),
        )


class AddressChangeIn(In):
    """A corrected address. `commune` is a candidate's id, where the text alone does not decide."""

    address: AddressIn
    commune: int | None = Field(default=None, ge=0, le=2**31 - 1)


class RedispatchIn(In):
    """Where a returned result goes now; to its old address if absent."""

    address: AddressIn | None = None


class SignIn(In):
    """Which of the manifest's items were received; all of them if absent."""

    items: list[Annotated[str, StringConstraints(max_length=13)]] | None = Field(default=None, max_length=2000)


class PageQuery(In):
    """Where to go on, and how much at a time."""

    cursor: Annotated[int, Field(strict=False)] = Field(default=0, ge=0, le=2**63 - 1)
    limit: Annotated[int, Field(strict=False)] = Field(default=100, ge=1, le=500)


class FeedQuery(In):
    """The position after which to go on, and how much at a time."""

    after: Annotated[int, Field(strict=False)] = Field(default=0, ge=0, le=2**63 - 1)
    limit: Annotated[int, Field(strict=False)] = Field(default=500, ge=1, le=500)


class BatchQuery(In):
    """Whether only to check."""

    dry_run: Annotated[bool, Field(strict=False)] = False
