"""Items and their documents, and the one method that writes an item's state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from delivery.rules.evidence import GENESIS
from delivery.rules.states import FINAL, Happening, State, check_move
from delivery.store.agencies import Agency, HandoverPoint
from delivery.store.base import Base, Code, Key, Money, as_text
from delivery.store.communes import Commune
from delivery.store.events import DataValue, Event, Occasion, Unnumbered
from delivery.store.offices import Office
from delivery.store.people import Addressee


class HolderKind(StrEnum):
    """Who has the envelope in hand: of an item that is not final, exactly one."""

    AGENCY = "agency"
    OFFICE = "office"
    BAG = "bag"
    COURIER = "courier"
    ADDRESSEE = "addressee"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Holder:
    """A holder by kind and id: a hand-over point, an office, a bag, a courier; nobody and the addressee have no id."""

    kind: HolderKind
    id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.kind in (HolderKind.ADDRESSEE, HolderKind.NOBODY)) != (self.id is None):
            raise ValueError(
                f"Holder {self.kind}: an agency, office, bag or courier is named by its id, others are not."
            )


class NextStep(StrEnum):
    """What was decided to come next for an item that is not final."""

    DELIVER = "deliver"
    COUNTER = "counter"
    ADDRESS = "address"
    RETURN = "return"
    NOTHING = "nothing"


class Placed(StrEnum):
    """Whether the address leads to a commune: what is in review is never dispatched."""

    PLACED = "placed"
    REVIEW = "review"


_FINAL_LIST = ",".join(f"'{state}'" for state in sorted(FINAL))


class Item(Base):
    """One sealed envelope on its way from an agency to an addressee.

    `held_until` and `address_until` are Vietnam's days; `not_before` is the instant
    before which no visit may be planned, `half_day` ("morning", "afternoon") the only
    half it may fall into. `due_day` is the day promised to the citizen. `payer`
    ("agency", "addressee") owes what no waiver of `waivers` moves; `options` are codes of the tariff book's options
    and `redeliveries` counts the visits that its addressee asked for after it was held; `submission_index`
    is the blind index of what was handed over, so that a repeat can be told from a change.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("world_id", "agency_id", "agency_reference", "dispatch_number"),
        CheckConstraint(f"(final_at IS NOT NULL) = (state IN ({_FINAL_LIST}))", name="final"),
        CheckConstraint("final_at IS NOT NULL OR holder_kind NOT IN ('addressee','nobody')", name="holder"),
        CheckConstraint("(holder_kind IN ('addressee','nobody')) = (holder_id IS NULL)", name="holder_id"),
        CheckConstraint("dispatch_number >= 1", name="dispatch_number"),
        CheckConstraint("weight_g BETWEEN 1 AND 30000", name="weight"),
        CheckConstraint("agency_fee >= 0", name="agency_fee"),
        CheckConstraint("payer IN ('agency','addressee')", name="payer"),
        Index(None, "holder_kind", "holder_id", "state"),
        Index(None, "delivery_office_id", "state"),
        Index(None, "world_id", "state"),
        Index(None, "agency_id", "registered_at"),
        Index(None, "origin_point_id", "state"),
    )

    id: Mapped[Key]
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    number: Mapped[str] = mapped_column(String(13), unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    origin_point_id: Mapped[UUID] = mapped_column(ForeignKey("handover_points.id"))
    return_point_id: Mapped[UUID] = mapped_column(ForeignKey("handover_points.id"))
    agency_reference: Mapped[Code]
    dispatch_number: Mapped[int] = mapped_column(default=1)
    redispatch_of: Mapped[UUID | None] = mapped_column(ForeignKey("items.id"))
    dossier_code: Mapped[Code] = mapped_column(index=True)
    service: Mapped[Code]
    weight_g: Mapped[int]
    agency_fee: Mapped[Money] = mapped_column(default=0)
    payer: Mapped[Code] = mapped_column(default="addressee")
    waivers: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    options: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    redeliveries: Mapped[int] = mapped_column(default=0, server_default="0")
    submission_index: Mapped[bytes | None]
    seal: Mapped[Code | None]
    addressee_id: Mapped[UUID] = mapped_column(ForeignKey("addressees.id"), unique=True)
    policy_version: Mapped[Code] = mapped_column(ForeignKey("policies.version"))

    state: Mapped[State] = mapped_column(as_text(State, "state"), default=State.REGISTERED)
    state_before_inquiry: Mapped[State | None] = mapped_column(as_text(State, "state_before_inquiry"))
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    last_hash: Mapped[bytes] = mapped_column(default=GENESIS)
    holder_kind: Mapped[HolderKind] = mapped_column(as_text(HolderKind, "holder_kind"))
    holder_id: Mapped[UUID | None]

    placed: Mapped[Placed] = mapped_column(as_text(Placed, "placed"))
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("communes.id"))
    address_confidence: Mapped[float | None]
    accepting_office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    delivery_office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))

    next_step: Mapped[NextStep] = mapped_column(as_text(NextStep, "next_step"), default=NextStep.DELIVER)
    not_before: Mapped[datetime | None]
    half_day: Mapped[Code | None]
    held_until: Mapped[date | None] = mapped_column(index=True)
    address_until: Mapped[date | None] = mapped_column(index=True)
    recalled_at: Mapped[datetime | None]

    registered_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    due_day: Mapped[date | None]

    agency: Mapped[Agency] = relationship()
    origin_point: Mapped[HandoverPoint] = relationship(foreign_keys=[origin_point_id])
    return_point: Mapped[HandoverPoint] = relationship(foreign_keys=[return_point_id])
    accepting_office: Mapped[Office | None] = relationship(foreign_keys=[accepting_office_id])
    delivery_office: Mapped[Office | None] = relationship(foreign_keys=[delivery_office_id])
    commune: Mapped[Commune | None] = relationship()
    addressee: Mapped[Addressee] = relationship()
    documents: Mapped[list["Document"]] = relationship(back_populates="item", order_by="Document.position")

    @property
    def is_final(self) -> bool:
        """Whether nothing but a correction may happen to it."""
        return self.state in FINAL

    @property
    def holder(self) -> Holder:
        """Who has the envelope."""
        return Holder(self.holder_kind, self.holder_id)

    def begin(self, occasion: Occasion, data: Mapping[str, DataValue]) -> Event:
        """Write the first event of a new item, which is REGISTERED and still with its agency."""
        if self.last_seq:
            raise ValueError(f"Item {self.number} has begun already.")
        return self._append(Happening.REGISTERED, State.REGISTERED, occasion, data)

    def move(
        self,
        happening: Happening,
        occasion: Occasion,
        *,
        to: State | None = None,
        holder: Holder | None = None,
        data: Mapping[str, DataValue] | None = None,
    ) -> Event:
        """Let `happening` happen: check the table of moves, write state, holder and event in one breath.

        The caller holds the item's row lock (`store.queries.items.locked`). `holder`
        is given when the envelope changes hands. Raises `Refused` in words.
        """
        after = check_move(self.number, self.state, happening, to)
        if happening is Happening.INCIDENT_OPENED:
            self.state_before_inquiry = self.state
        elif happening is Happening.INCIDENT_CLOSED:
            self.state_before_inquiry = None
        self.state = after
        if holder is not None:
            self.holder_kind, self.holder_id = holder.kind, holder.id
        if after in FINAL:
            self.final_at = occasion.recorded_at
            self.next_step = NextStep.NOTHING
        elif happening is Happening.CORRECTED:
            self.final_at = None
        return self._append(happening, after, occasion, data or {})

    def _append(self, happening: Happening, after: State, occasion: Occasion, data: Mapping[str, DataValue]) -> Event:
        session = object_session(self)
        if session is None:
            raise ValueError(f"Item {self.number} is not in a unit of work.")
        event = Event.following(self.id, self.last_seq + 1, self.last_hash, happening, after, occasion, data)
        self.last_seq, self.last_hash = event.seq, event.hash
        session.add_all([event, Unnumbered(item_id=self.id, seq=event.seq)])
        return event


class Document(Base):
    """A paper inside the envelope."""

    __tablename__ = "documents"
    __table_args__ = (CheckConstraint("sheets BETWEEN 1 AND 1000", name="sheets"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    original: Mapped[bool]
    sheets: Mapped[int]
    item: Mapped[Item] = relationship(back_populates="documents")


class Serial(Base):
    """The next serial number of a service's S10 range; its row lock hands out numbers once."""

    __tablename__ = "serials"

    service: Mapped[Code] = mapped_column(primary_key=True)
    following: Mapped[int] = mapped_column(Integer, default=1)
