"""What was thought of an item before its trip."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the forecasts."""
    op.create_table(
        "forecasts",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("likelihood", sa.Float(), nullable=False),
        sa.Column(
            "advice",
            sa.Enum("go", "ask", "review", name="advice", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("first_likelihood", sa.Float(), nullable=True),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "detail",
            sa.Enum(
                "house",
                "hamlet",
                "street",
                "nothing",
                name="detail",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("let_go_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("let_go_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "likelihood BETWEEN 0 AND 1 AND first_likelihood BETWEEN 0 AND 1", name=op.f("ck_forecasts_likelihood")
        ),
        sa.CheckConstraint("(let_go_at IS NULL) = (let_go_by IS NULL)", name=op.f("ck_forecasts_let_go")),
        sa.CheckConstraint("trips >= 0", name=op.f("ck_forecasts_trips")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_forecasts_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_forecasts")),
    )
    op.execute(
        """
        DO $$
        DECLARE app text := current_setting('delivery.app_role', true);
        BEGIN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON forecasts TO %I', app);
        END $$
        """
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("forecasts")
