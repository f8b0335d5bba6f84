"""Who an item is for, sealed: each person's data lies under a data key of that person (contracts C39)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Key


class Subject(Base):
    """A person whose data we hold, as nothing but a wrapped data key; without the key it is erased."""

    __tablename__ = "subjects"

    id: Mapped[Key]
    wrapped_key: Mapped[bytes | None]
    key_version: Mapped[int]
    erased_at: Mapped[datetime | None]


class Addressee(Base):
    """The person an item is for. Bytes are sealed texts or keyed hashes (blind indexes); nothing here is readable.

    `location` seals "lat,lon" as the agency or the citizen gave it. `address_key` is equal for one household,
    `street_key` for one street of a commune, NULL where no street was read. `has_door`: a house or an alley was read;
    without, the address is a whole hamlet's, and no place is remembered for it. `geocoded` seals what a geocoder
    answered at `geocoded_at`, {"lat", "lon", "accuracy_m"}; NULL beside an instant: it knew nothing.
    """

    __tablename__ = "addressees"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), index=True)
    name: Mapped[bytes]
    phone: Mapped[bytes | None]
    address: Mapped[bytes]
    identity_number: Mapped[bytes | None]
    location: Mapped[bytes | None]
    can_sms: Mapped[bool]
    phone_reachable: Mapped[bool] = mapped_column(default=True)
    name_index: Mapped[bytes] = mapped_column(index=True)
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    phone_last4_index: Mapped[bytes | None] = mapped_column(index=True)
    address_key: Mapped[bytes] = mapped_column(index=True)
    street_key: Mapped[bytes | None]
    has_door: Mapped[bool] = mapped_column(server_default=false())
    geocoded: Mapped[bytes | None]
    geocoded_at: Mapped[datetime | None]
    identity_index: Mapped[bytes | None] = mapped_column(index=True)
    subject: Mapped[Subject] = relationship(lazy="joined")


class Commitment(Base):
    """A value that an event only commits to: the event holds SHA-256(salt ‖ value), value and salt are sealed here."""

    __tablename__ = "commitments"

    digest: Mapped[Code] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    label: Mapped[Code]
    value: Mapped[bytes]
    salt: Mapped[bytes]
    subject: Mapped[Subject] = relationship()


class Opening(Base):
    """The record that sealed data were opened: who, why, whose, which fields. Append-only."""

    __tablename__ = "openings"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[Code]
    reason: Mapped[Code]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    fields: Mapped[str]
