"""Where couriers really delivered, and where each stop is thought to lie."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = ("address_book", "streets")


def upgrade() -> None:
    """Make the address book and the streets; stops, addressees and communes learn to say more of their points."""
    op.create_table(
        "address_book",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("point", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_address_book_item_id_items")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_address_book_subject_id_subjects")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_address_book_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_book")),
    )
    op.create_index(
        op.f("ix_address_book_address_key_world_id_day"),
        "address_book",
        ["address_key", "world_id", "day"],
        unique=False,
    )
    op.create_index(op.f("ix_address_book_item_id"), "address_book", ["item_id"], unique=True)
    op.create_index(op.f("ix_address_book_subject_id"), "address_book", ["subject_id"], unique=False)
    op.create_index(op.f("ix_address_book_day"), "address_book", ["day"], unique=False)
    op.create_table(
        "streets",
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("street_key", sa.LargeBinary(), nullable=False),
        sa.Column("squares", sa.LargeBinary(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_streets_world_id_worlds")),
        sa.PrimaryKeyConstraint("world_id", "street_key", name=op.f("pk_streets")),
    )
    op.create_index(op.f("ix_streets_last_day"), "streets", ["last_day"], unique=False)
    op.add_column("addressees", sa.Column("street_key", sa.LargeBinary(), nullable=True))
    # Of those of before nobody noted it: they are taken to have none, and teach nothing.
    op.add_column("addressees", sa.Column("has_door", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("addressees", sa.Column("geocoded", sa.LargeBinary(), nullable=True))
    op.add_column("addressees", sa.Column("geocoded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("communes", sa.Column("mended_lat", sa.Double(), nullable=True))
    op.add_column("communes", sa.Column("mended_lon", sa.Double(), nullable=True))
    op.add_column("communes", sa.Column("mended_radius_m", sa.Double(), nullable=True))
    op.add_column("stops", sa.Column("point", sa.LargeBinary(), nullable=True))
    op.add_column("stops", sa.Column("point_subject_id", sa.Uuid(), nullable=True))
    op.add_column("stops", sa.Column("source", sa.String(length=80), nullable=True))
    op.add_column("stops", sa.Column("accuracy_m", sa.Double(), nullable=True))
    op.add_column("stops", sa.Column("hand_overs", sa.Integer(), nullable=True))
    for table in TABLES:
        op.execute(
            f"""
            DO $$
            BEGIN
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO %I',
                    current_setting('delivery.app_role'));
            END $$
            """
        )


def downgrade() -> None:
    """Take them away: what was learnt is forgotten."""
    for column in ("hand_overs", "accuracy_m", "source", "point_subject_id", "point"):
        op.drop_column("stops", column)
    for column in ("mended_radius_m", "mended_lon", "mended_lat"):
        op.drop_column("communes", column)
    for column in ("geocoded_at", "geocoded", "has_door", "street_key"):
        op.drop_column("addressees", column)
    op.drop_table("streets")
    op.drop_table("address_book")
