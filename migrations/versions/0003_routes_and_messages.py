"""Plans, routes, bags, manifests, messages, links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make plans, routes, bags, manifests, messages, links."""
    op.create_table(
        "citizen_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_citizen_sessions")),
    )
    op.create_index(op.f("ix_citizen_sessions_expires_at"), "citizen_sessions", ["expires_at"], unique=False)
    op.create_table(
        "sweeps",
        sa.Column("job", sa.String(length=80), nullable=False),
        sa.Column("swept_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_sweeps")),
    )
    op.create_table(
        "bags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("seal", sa.String(length=80), nullable=False),
        sa.Column("from_office_id", sa.Uuid(), nullable=False),
        sa.Column("to_office_id", sa.Uuid(), nullable=False),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal_intact", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["from_office_id"], ["offices.id"], name=op.f("fk_bags_from_office_id_offices")),
        sa.ForeignKeyConstraint(["to_office_id"], ["offices.id"], name=op.f("fk_bags_to_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bags")),
        sa.UniqueConstraint("number", name=op.f("uq_bags_number")),
    )
    op.create_index(op.f("ix_bags_from_office_id"), "bags", ["from_office_id"], unique=False)
    op.create_index(op.f("ix_bags_to_office_id"), "bags", ["to_office_id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "solving",
                "ready",
                "failed",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_by", sa.String(length=80), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("cost", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unplanned", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_plans_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_office_id_day"), "plans", ["office_id", "day"], unique=False)
    op.create_index(op.f("ix_plans_state_lease_until"), "plans", ["state", "lease_until"], unique=False)
    op.create_index(
        "uq_plans_one_live",
        "plans",
        ["office_id", "day"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested','solving','ready')"),
    )
    op.create_table(
        "manifests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("handover", "return", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_manifests_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["handover_points.id"], name=op.f("fk_manifests_point_id_handover_points")
        ),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_manifests_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifests")),
        sa.UniqueConstraint("number", name=op.f("uq_manifests_number")),
    )
    op.create_index(op.f("ix_manifests_office_id"), "manifests", ["office_id"], unique=False)
    op.create_index(op.f("ix_manifests_point_id"), "manifests", ["point_id"], unique=False)
    op.create_table(
        "bag_items",
        sa.Column("bag_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bag_id"], ["bags.id"], name=op.f("fk_bag_items_bag_id_bags")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_bag_items_item_id_items")),
        sa.PrimaryKeyConstraint("bag_id", "item_id", name=op.f("pk_bag_items")),
    )
    op.create_index(op.f("ix_bag_items_item_id"), "bag_items", ["item_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_links_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index(op.f("ix_links_item_id"), "links", ["item_id"], unique=False)
    op.create_table(
        "manifest_items",
        sa.Column("manifest_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exception", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_manifest_items_item_id_items")),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["manifests.id"], name=op.f("fk_manifest_items_manifest_id_manifests")
        ),
        sa.PrimaryKeyConstraint("manifest_id", "item_id", name=op.f("pk_manifest_items")),
    )
    op.create_index(op.f("ix_manifest_items_item_id"), "manifest_items", ["item_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("sms", "webhook", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "owed",
                "sending",
                "unknown",
                "sent",
                "delivered",
                "undelivered",
                "failed",
                "dropped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("provider_status", sa.String(length=80), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("cost", sa.String(length=80), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name=op.f("fk_messages_endpoint_id_webhook_endpoints")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_messages_item_id_items")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_messages_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_messages_provider_id")),
    )
    op.create_index(
        "ix_messages_due",
        "messages",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state IN ('owed','sending','unknown','sent')"),
    )
    op.create_index(op.f("ix_messages_item_id"), "messages", ["item_id"], unique=False)
    op.create_table(
        "routes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_routes_courier_id_couriers")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_routes_office_id_offices")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_routes_plan_id_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
    )
    op.create_index(op.f("ix_routes_courier_id_day"), "routes", ["courier_id", "day"], unique=False)
    op.create_index(op.f("ix_routes_office_id_day"), "routes", ["office_id", "day"], unique=False)
    op.create_index(op.f("ix_routes_plan_id"), "routes", ["plan_id"], unique=False)
    op.create_table(
        "citizen_session_items",
        sa.Column("session_digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_citizen_session_items_link_id_links")),
        sa.ForeignKeyConstraint(
            ["session_digest"],
            ["citizen_sessions.digest"],
            name=op.f("fk_citizen_session_items_session_digest_citizen_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_digest", "name", name=op.f("pk_citizen_session_items")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proof", sa.String(length=80), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_invitations_number")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_invitations_item_id_items")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_invitations_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_item_id_number"), "invitations", ["item_id", "number"], unique=True)
    op.create_index(op.f("ix_invitations_message_id"), "invitations", ["message_id"], unique=False)
    op.create_table(
        "stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("delivery", "pickup", "return", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("handover_point_id", sa.Uuid(), nullable=True),
        sa.Column("arrives", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("window", sa.String(length=80), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("arrives <= starts AND starts <= leaves", name=op.f("ck_stops_times")),
        sa.ForeignKeyConstraint(
            ["handover_point_id"], ["handover_points.id"], name=op.f("fk_stops_handover_point_id_handover_points")
        ),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_stops_route_id_routes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
    )
    op.create_index(op.f("ix_stops_route_id_position"), "stops", ["route_id", "position"], unique=True)
    op.create_table(
        "stop_items",
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stop_items_item_id_items")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_stop_items_stop_id_stops")),
        sa.PrimaryKeyConstraint("stop_id", "item_id", name=op.f("pk_stop_items")),
    )
    op.create_index(op.f("ix_stop_items_item_id"), "stop_items", ["item_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("stop_items")
    op.drop_table("stops")
    op.drop_table("invitations")
    op.drop_table("citizen_session_items")
    op.drop_table("routes")
    op.drop_table("messages")
    op.drop_table("manifest_items")
    op.drop_table("links")
    op.drop_table("bag_items")
    op.drop_table("manifests")
    op.drop_table("plans")
    op.drop_table("bags")
    op.drop_table("sweeps")
    op.drop_table("citizen_sessions")
