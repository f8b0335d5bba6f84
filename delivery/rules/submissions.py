"""What an agency hands over, as values: one result with its papers and its addressee."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from delivery.rules.codes import DossierCode
from delivery.rules.phones import Phone

PAYERS = ("agency", "addressee")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper inside the envelope. `kind` is the agency's own code for it."""

    kind: str
    original: bool
    sheets: int

    def __post_init__(self) -> None:
        if not 1 <= self.sheets <= 1000:
            raise ValueError(f"A paper has 1 to 1000 sheets, not {self.sheets}.")


@dataclass(frozen=True, kw_only=True)
class GivenAddress:
    """An address as it was written: free text, or its units apart. `location` is (lat, lon) in degrees, WGS 84.

    With units apart `street` is everything before the commune, and `province` is always there.
    """

    text: str = field(repr=False, default="")
    street: str = field(repr=False, default="")
    commune: str = ""
    district: str = ""
    province: str = ""
    location: tuple[float, float] | None = field(repr=False, default=None)

    def __post_init__(self) -> None:
        if bool(self.text.strip()) == bool(self.province.strip()):
            raise ValueError("An address is either free text or units apart with a province.")

    @property
    def line(self) -> str:
        """The whole address on one line, as a label shows it."""
        parts = (self.text, self.street, self.commune, self.district, self.province)
        return ", ".join(" ".join(part.split()) for part in parts if part.strip())


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who the result is for. `phone` is None for a person without one: an SMS is not the only way to invite."""

    name: str = field(repr=False)
    phone: Phone | None = field(repr=False)
    address: GivenAddress = field(repr=False)
    identity_number: str | None = field(repr=False, default=None)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("An addressee has a name.")

    def as_json(self) -> Mapping[str, object]:
        """The person's data in one fixed form, for commitments and for comparing submissions."""
        return {
            "name": self.name,
            "phone": self.phone.e164 if self.phone else None,
            "identity_number": self.identity_number,
            "address": self.address.line,
            "location": list(self.address.location) if self.address.location else None,
        }


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One result as its agency hands it over. Weight in grams, `agency_fee` in whole đồng.

    `point` and `return_point` are codes of the agency's hand-over points. `payer` None leaves it to the agency's
    contract. `due_day` is the day promised to the citizen, `options` are codes of the tariff book.
    """

    agency_reference: str
    dossier_code: DossierCode
    point: str
    return_point: str | None
    service: str
    weight_g: int
    agency_fee: int
    payer: str | None
    waivers: tuple[str, ...]
    due_day: date | None
    documents: tuple[Paper, ...]
    addressee: Recipient
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.weight_g <= 30_000:
            raise ValueError(f"{self.agency_reference}: a weight is 1 to 30000 g, not {self.weight_g}.")
        if self.agency_fee < 0:
            raise ValueError(f"{self.agency_reference}: an agency fee cannot be {self.agency_fee} đ.")
        if self.payer not in (None, *PAYERS):
            raise ValueError(f"{self.agency_reference}: the payer is the agency or the addressee, not {self.payer}.")
        if not self.documents:
            raise ValueError(f"{self.agency_reference}: an envelope holds at least one paper.")

    def as_json(self) -> Mapping[str, object]:
        """Everything in one fixed form: equal for equal submissions."""
        # Absent when empty, so that a submission of before there were options still equals its repeat.
        asked = {"options": sorted(self.options)} if self.options else {}
        return {
            **asked,
            "agency_reference": self.agency_reference,
            "dossier_code": self.dossier_code,
            "point": self.point,
            "return_point": self.return_point,
            "service": self.service,
            "weight_g": self.weight_g,
            "agency_fee": self.agency_fee,
            "payer": self.payer,
            "waivers": sorted(self.waivers),
            "due_day": self.due_day.isoformat() if self.due_day else None,
            "documents": [[paper.kind, paper.original, paper.sheets] for paper in self.documents],
            "addressee": self.addressee.as_json(),
        }
