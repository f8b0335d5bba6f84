"""Plans changed while couriers drive by them: proposals, pins, and what a courier is told of a change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

BEFORE = ("requested", "solving", "ready", "failed", "replaced")
SETTLED = ("accepted", "discarded")


def upgrade() -> None:
    """Let a plan be a proposal for another, a stop be pinned, and a route say when it was changed."""
    op.add_column("plans", sa.Column("replans", sa.Uuid(), nullable=True))
    op.add_column("plans", sa.Column("insert_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("plans", sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "plans", sa.Column("roads", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]")
    )
    op.add_column("routes", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("routes", sa.Column("moved_stops", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("stops", sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True))
    # A few rows an office and day, none of which names another plan yet: each check is over at once.
    op.execute(
        "-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid\n"
        "ALTER TABLE plans ADD CONSTRAINT fk_plans_replans_plans FOREIGN KEY (replans) REFERENCES plans (id)"
    )
    _states((*BEFORE, *SETTLED))
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX uq_plans_one_live")
    op.create_index(
        "uq_plans_one_live",
        "plans",
        ["office_id", "day"],
        unique=True,
        postgresql_where=sa.text("replans IS NULL AND state IN ('requested','solving','ready')"),
    )
    op.create_index(
        "uq_plans_one_proposal",
        "plans",
        ["replans"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested','solving','ready')"),
    )


def downgrade() -> None:
    """Forget the proposals; what was accepted of them stays on the routes."""
    op.drop_index("uq_plans_one_proposal", table_name="plans")
    op.execute("DELETE FROM plans WHERE replans IS NOT NULL")
    op.drop_index("uq_plans_one_live", table_name="plans")
    op.create_index(
        "uq_plans_one_live",
        "plans",
        ["office_id", "day"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested','solving','ready')"),
    )
    _states(BEFORE)
    op.drop_constraint("fk_plans_replans_plans", "plans", type_="foreignkey")
    op.drop_column("stops", "pinned_at")
    op.drop_column("routes", "moved_stops")
    op.drop_column("routes", "changed_at")
    op.drop_column("plans", "roads")
    op.drop_column("plans", "proposal")
    op.drop_column("plans", "insert_only")
    op.drop_column("plans", "replans")


def _states(allowed: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in allowed)
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE plans DROP CONSTRAINT ck_plans_state")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE plans ADD CONSTRAINT ck_plans_state CHECK (state IN ({listed}))"
    )
