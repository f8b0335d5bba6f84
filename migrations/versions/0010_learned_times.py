"""Speeds and service times learned from recorded routes, and what was planned for each leg of a route."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PLANNED = ("leg_metres", "leg_seconds", "service_seconds")


def upgrade() -> None:
    """Note each leg as it was planned, and keep what is learned from legs."""
    op.add_column("stops", sa.Column("came_from", sa.Uuid(), nullable=True))
    for name in PLANNED:
        op.add_column("stops", sa.Column(name, sa.Integer(), nullable=True))
    # Routes of before have no legs to learn from: that nearly all were driven by motorbike is near enough for them.
    op.add_column("stop_items", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("routes", sa.Column("vehicle", sa.String(length=80), nullable=False, server_default="motorbike"))
    op.create_table(
        "learned_times",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "vehicle", "commune", "courier", name="scope", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("vehicle", sa.String(length=80), nullable=True),
        sa.Column("half_day", sa.String(length=80), nullable=True),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("courier_id", sa.Uuid(), nullable=True),
        sa.Column("metres_per_second", sa.Float(), nullable=True),
        sa.Column("way", sa.Float(), nullable=True),
        sa.Column("door_seconds", sa.Integer(), nullable=True),
        sa.Column("further_seconds", sa.Integer(), nullable=True),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("used_from", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'vehicle') = (vehicle IS NOT NULL AND half_day IS NOT NULL AND metres_per_second IS NOT NULL)",
            name=op.f("ck_learned_times_vehicle"),
        ),
        sa.CheckConstraint("(scope = 'commune') = (commune_id IS NOT NULL)", name=op.f("ck_learned_times_commune")),
        sa.CheckConstraint("(scope = 'courier') = (courier_id IS NOT NULL)", name=op.f("ck_learned_times_courier")),
        sa.CheckConstraint(
            "(scope = 'vehicle') = (way IS NULL AND door_seconds IS NULL AND further_seconds IS NULL)",
            name=op.f("ck_learned_times_values"),
        ),
        sa.CheckConstraint("metres_per_second BETWEEN 0.5 AND 12.5", name=op.f("ck_learned_times_speed")),
        sa.CheckConstraint("way BETWEEN 0.25 AND 4", name=op.f("ck_learned_times_way")),
        sa.CheckConstraint(
            "door_seconds BETWEEN 30 AND 600 AND further_seconds BETWEEN 5 AND 300",
            name=op.f("ck_learned_times_service"),
        ),
        sa.CheckConstraint("legs >= 0 AND days >= 0", name=op.f("ck_learned_times_counts")),
        sa.CheckConstraint("used_from > computed_on", name=op.f("ck_learned_times_used_from")),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_learned_times_commune_id_communes")),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_learned_times_courier_id_couriers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_times")),
    )
    for scope, columns, which in (
        ("vehicle", ["vehicle", "half_day"], "scope = 'vehicle'"),
        ("commune", ["commune_id"], "commune_id IS NOT NULL"),
        ("courier", ["courier_id"], "courier_id IS NOT NULL"),
    ):
        op.create_index(
            f"uq_learned_times_{scope}",
            "learned_times",
            [*columns, "computed_on"],
            unique=True,
            postgresql_where=sa.text(which),
        )
    op.create_index(op.f("ix_learned_times_computed_on"), "learned_times", ["computed_on"], unique=False)
    op.execute(
        """
        DO $$
        DECLARE app text := current_setting('delivery.app_role', true);
        BEGIN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON learned_times TO %I', app);
        END $$
        """
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("learned_times")
    op.drop_column("routes", "vehicle")
    op.drop_column("stop_items", "done_at")
    for name in (*PLANNED, "came_from"):
        op.drop_column("stops", name)
