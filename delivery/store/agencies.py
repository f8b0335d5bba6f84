"""Agencies, their hand-over points, their API clients, and the worlds that items live in."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Key, as_text
from delivery.store.offices import Office


class WorldKind(StrEnum):
    """Live, or the sandbox of one test client."""

    LIVE = "live"
    TEST = "test"


LIVE = UUID("00000000-0000-7000-8000-000000000001")


class World(Base):
    """Where time and items belong together (contracts C15). Live is one fixed row."""

    __tablename__ = "worlds"

    id: Mapped[Key]
    kind: Mapped[WorldKind] = mapped_column(as_text(WorldKind, "kind"))
    name: Mapped[str]
    clock_offset: Mapped[timedelta] = mapped_column(server_default=text("'0'::interval"), default=timedelta())


class Agency(Base):
    """A sender of results, to which what cannot be handed over returns."""

    __tablename__ = "agencies"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    prepaid: Mapped[bool] = mapped_column(default=False)
    points: Mapped[list["HandoverPoint"]] = relationship(back_populates="agency", order_by="HandoverPoint.code")


class HandoverPoint(Base):
    """A one-stop desk where envelopes change hands; `office` is the post office that serves it."""

    __tablename__ = "handover_points"
    __table_args__ = (Index(None, "agency_id", "code", unique=True),)

    id: Mapped[Key]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    code: Mapped[Code]
    name: Mapped[str]
    address: Mapped[str]
    commune_id: Mapped[int] = mapped_column(ForeignKey("communes.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    lat: Mapped[float]
    lon: Mapped[float]
    agency: Mapped[Agency] = relationship(back_populates="points")
    office: Mapped[Office] = relationship()


class ApiClient(Base):
    """An agency's program. Up to two secrets overlap during a rotation; only their hashes are kept."""

    __tablename__ = "api_clients"
    __table_args__ = (
        CheckConstraint("cardinality(secret_hashes) BETWEEN 1 AND 2", name="secrets"),
        CheckConstraint("id LIKE 'live\\_%' OR id LIKE 'test\\_%'", name="prefix"),
    )

    id: Mapped[Code] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), index=True)
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    name: Mapped[str]
    secret_hashes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    last_used_at: Mapped[datetime | None]
    agency: Mapped[Agency] = relationship()
    world: Mapped[World] = relationship()


class AccessToken(Base):
    """A bearer token in force, by the SHA-256 of its text."""

    __tablename__ = "access_tokens"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("api_clients.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    client: Mapped[ApiClient] = relationship()


class IdempotencyKey(Base):
    """The stored 2xx reply to a keyed POST; the reply is sealed, since it may name people."""

    __tablename__ = "idempotency_keys"

    client_id: Mapped[str] = mapped_column(ForeignKey("api_clients.id"), primary_key=True)
    key: Mapped[Code] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    status: Mapped[int]
    reply: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class WebhookEndpoint(Base):
    """Where an agency wants its events sent; the signing secret is sealed."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[Key]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), index=True)
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    url: Mapped[str]
    secret: Mapped[bytes]
    # The feed position up to which this endpoint's messages have been put into the outbox.
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
