"""Plans, routes, stops; bags and manifests: how envelopes move together."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Json, Key, as_text
from delivery.store.items import Item
from delivery.store.staff import Courier


class PlanState(StrEnum):
    """A plan is a row that a worker claims and the page polls."""

    REQUESTED = "requested"
    SOLVING = "solving"
    READY = "ready"
    FAILED = "failed"
    REPLACED = "replaced"
    ACCEPTED = "accepted"
    """A proposal whose changes were made to the plan in force."""
    DISCARDED = "discarded"
    """A proposal that nobody wanted, or that came too late."""


class Plan(Base):
    """One office's day. `cost` holds the objective's parts in seconds; `unplanned` lists {stop, why_vi, why_en}.

    One that `replans` another is a proposal: it has no routes of its own, but `proposal`, the order of stops by
    courier, which stays a proposal until a dispatcher accepts it. `insert_only` adds stops and moves none. `roads` says
    for each vehicle where travel times are from ({vehicle, source, legs, straight, why_vi, why_en}); it is empty when
    they were reckoned from the straight line because no road server is set.
    """

    __tablename__ = "plans"
    __table_args__ = (
        Index(
            "uq_plans_one_live",
            "office_id",
            "day",
            unique=True,
            postgresql_where=text("replans IS NULL AND state IN ('requested','solving','ready')"),
        ),
        Index(
            "uq_plans_one_proposal",
            "replans",
            unique=True,
            postgresql_where=text("state IN ('requested','solving','ready')"),
        ),
        Index(None, "state", "lease_until"),
        Index(None, "office_id", "day"),
    )

    id: Mapped[Key]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    day: Mapped[date]
    state: Mapped[PlanState] = mapped_column(as_text(PlanState, "state"), default=PlanState.REQUESTED)
    requested_by: Mapped[Code]
    requested_at: Mapped[datetime]
    progress: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
    cost: Mapped[Json] = mapped_column(default=dict)
    unplanned: Mapped[list[Json]] = mapped_column(JSONB, default=list)
    roads: Mapped[list[Json]] = mapped_column(JSONB, default=list)
    replans: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    insert_only: Mapped[bool] = mapped_column(default=False)
    proposal: Mapped[Json | None]
    routes: Mapped[list["Route"]] = relationship(back_populates="plan", order_by="Route.id")


class Route(Base):
    """A courier's ordered stops for a day: taken when the courier took the bundle, closed when all was handed back.

    `vehicle` is the one that it was planned for, whatever the courier drives later. Changed under way: `changed_at`
    says when last, `moved_stops` how many stops the courier found elsewhere then.
    """

    __tablename__ = "routes"
    __table_args__ = (Index(None, "courier_id", "day"), Index(None, "office_id", "day"))

    id: Mapped[Key]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    courier_id: Mapped[UUID] = mapped_column(ForeignKey("couriers.id"))
    day: Mapped[date]
    vehicle: Mapped[Code]
    metres: Mapped[int]
    seconds: Mapped[int]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    moved_stops: Mapped[int] = mapped_column(default=0)
    plan: Mapped[Plan] = relationship(back_populates="routes")
    courier: Mapped[Courier] = relationship()
    stops: Mapped[list["Stop"]] = relationship(back_populates="route", order_by="Stop.position")


class StopKind(StrEnum):
    """What happens at a stop."""

    DELIVERY = "delivery"
    PICKUP = "pickup"
    RETURN = "return"


class Stop(Base):
    """One call on a route: a household, or an agency's hand-over point. Times are seconds after local midnight.

    `done_at` is when the last of it was done, as the courier's phone says. `leg_metres`, `leg_seconds` and
    `service_seconds` are what the plan reckoned for the way here and the time here, `came_from` the stop planned
    before it (none: the office): what is recorded can be held against the plan without opening anybody's address.

    A household's `point` seals [lat, lon] as planned, under the key of one of its people (`point_subject_id`);
    `source` says who vouched for it (`routing.geocoding.Source`), `hand_overs` how many of a courier's did. They are
    NULL at an agency, and on routes of before they were kept.
    """

    __tablename__ = "stops"
    __table_args__ = (
        Index(None, "route_id", "position", unique=True),
        CheckConstraint("arrives <= starts AND starts <= leaves", name="times"),
    )

    id: Mapped[Key]
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"))
    position: Mapped[int]
    kind: Mapped[StopKind] = mapped_column(as_text(StopKind, "kind"))
    handover_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("handover_points.id"))
    arrives: Mapped[int]
    starts: Mapped[int]
    leaves: Mapped[int]
    window: Mapped[Code | None]
    point: Mapped[bytes | None]
    point_subject_id: Mapped[UUID | None]
    source: Mapped[Code | None]
    accuracy_m: Mapped[float | None]
    hand_overs: Mapped[int | None]
    done_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    came_from: Mapped[UUID | None]
    leg_metres: Mapped[int | None]
    leg_seconds: Mapped[int | None]
    service_seconds: Mapped[int | None]
    route: Mapped[Route] = relationship(back_populates="stops")
    items: Mapped[list["StopItem"]] = relationship(back_populates="stop")


class StopItem(Base):
    """An item planned at a stop, and what came of it there ("delivered", a reason, or empty while open).

    `done_at` is when that was, as the courier's phone says.
    """

    __tablename__ = "stop_items"

    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True, index=True)
    outcome: Mapped[Code] = mapped_column(default="")
    done_at: Mapped[datetime | None]
    stop: Mapped[Stop] = relationship(back_populates="items")
    item: Mapped[Item] = relationship()


class Bag(Base):
    """A sealed container of items between two offices; its items have it as their holder until it is opened."""

    __tablename__ = "bags"

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    seal: Mapped[Code]
    from_office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    to_office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    departed_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]
    seal_intact: Mapped[bool | None]


class BagItem(Base):
    """That an item travelled in a bag."""

    __tablename__ = "bag_items"

    bag_id: Mapped[UUID] = mapped_column(ForeignKey("bags.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True, index=True)
    item: Mapped[Item] = relationship()


class ManifestKind(StrEnum):
    """From an agency to the post, or back."""

    HANDOVER = "handover"
    RETURN = "return"


class Manifest(Base):
    """A hand-over list that both parties sign. A return manifest is signed item by item (`ManifestItem.signed_at`)."""

    __tablename__ = "manifests"

    id: Mapped[Key]
    number: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[ManifestKind] = mapped_column(as_text(ManifestKind, "kind"))
    world_id: Mapped[UUID] = mapped_column(ForeignKey("worlds.id"))
    point_id: Mapped[UUID] = mapped_column(ForeignKey("handover_points.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[Code]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[Code | None]
    items: Mapped[list["ManifestItem"]] = relationship(back_populates="manifest")


class ManifestItem(Base):
    """A line of a manifest."""

    __tablename__ = "manifest_items"

    manifest_id: Mapped[UUID] = mapped_column(ForeignKey("manifests.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), primary_key=True, index=True)
    signed_at: Mapped[datetime | None]
    exception: Mapped[Code | None]
    manifest: Mapped[Manifest] = relationship(back_populates="items")
    item: Mapped[Item] = relationship()
