"""The event log, its feed, and who may do what."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

# Months that exist from the start; later ones are made by `flask custody partitions`. What falls outside lands in
# events_default and is not lost.
FIRST_MONTH, MONTHS = (2026, 11), 15
APPEND_ONLY = ("events", "openings", "feed", "postings", "corrections", "equity_months")


def upgrade() -> None:
    """Make the event log, its feed, and who may do what."""
    op.create_table(
        "events_unnumbered",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_unnumbered")),
    )
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_feed_agency_id_agencies")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_feed_world_id_worlds")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
    )
    op.create_index(
        op.f("ix_feed_agency_id_world_id_position"), "feed", ["agency_id", "world_id", "position"], unique=False
    )
    op.create_index(op.f("ix_feed_item_id_seq"), "feed", ["item_id", "seq"], unique=True)
    op.create_table(
        "events",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "item.registered",
                "item.accepted",
                "item.departed",
                "item.arrived",
                "item.at_delivery_office",
                "item.back_at_office",
                "item.out_for_delivery",
                "attempt.failed",
                "item.address_unresolved",
                "delivery.rescheduled",
                "item.ready_for_collection",
                "item.recall_requested",
                "invitation.sent",
                "collection.expired",
                "item.delivered",
                "item.return_started",
                "item.returned",
                "incident.opened",
                "incident.closed",
                "item.cancelled",
                "event.corrected",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "accepted",
                "in_transit",
                "at_office",
                "out_for_delivery",
                "held",
                "returning",
                "under_inquiry",
                "delivered",
                "returned",
                "cancelled",
                "lost",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(hash) = 32 AND octet_length(previous) = 32", name=op.f("ck_events_hashes")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_events_seq")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_events_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "seq", name=op.f("pk_events")),
        postgresql_partition_by="RANGE (item_id)",
    )
    op.create_index(op.f("ix_events_recorded_at"), "events", ["recorded_at"], unique=False)
    for name, low, high in _months():
        op.execute(f"CREATE TABLE {name} PARTITION OF events FOR VALUES FROM ('{low}') TO ('{high}')")
    op.execute("CREATE TABLE events_default PARTITION OF events DEFAULT")
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER quotes_frozen BEFORE UPDATE OR DELETE ON quotes "
        "FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )
    for table in (*APPEND_ONLY, *(name for name, _, _ in _months()), "events_default"):
        # A partition can be truncated by its own name, and statement triggers are not inherited.
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        DO $$
        DECLARE app text := current_setting('delivery.app_role', true);
        BEGIN
            IF app IS NULL OR app = '' OR app = current_user THEN
                RAISE EXCEPTION 'The application needs a role of its own: DATABASE_URL must not name the owner.';
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', app);
            EXECUTE format('REVOKE UPDATE, DELETE ON events, openings, feed, postings FROM %I', app);
            EXECUTE format('REVOKE UPDATE, DELETE ON corrections, equity_months FROM %I', app);
            EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %I', app);
        END $$
        """
    )
    # Where time belongs to; every installation has exactly this live world.
    op.execute("INSERT INTO worlds (id, kind, name) VALUES ('00000000-0000-7000-8000-000000000001', 'live', 'live')")


def _months() -> list[tuple[str, UUID, UUID]]:
    """Partition name, first id and first id after, for each month: ids of version 7 begin with Unix milliseconds."""
    year, month = FIRST_MONTH
    starts = [((year * 12 + month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(MONTHS + 1)]
    bounds = [UUID(int=int(datetime(y, m, 1, tzinfo=UTC).timestamp() * 1000) << 80) for y, m in starts]
    return [(f"events_{y}_{m:02d}", low, high) for (y, m), low, high in zip(starts, bounds, bounds[1:], strict=False)]


def downgrade() -> None:
    """Drop them."""
    op.execute("DELETE FROM worlds")
    op.drop_table("events")
    op.drop_table("feed")
    op.drop_table("events_unnumbered")
    op.execute("DROP TRIGGER quotes_frozen ON quotes")
    for table in ("openings", "postings", "corrections", "equity_months"):
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
