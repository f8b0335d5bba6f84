"""Communes with a last day and what followed them; postal and economic regions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = ("commune_successors", "regions", "region_members")


def upgrade() -> None:
    """Date the communes and make the tables of successors and regions."""
    op.add_column("communes", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_table(
        "commune_successors",
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("commune_id <> successor_id", name=op.f("ck_commune_successors_another")),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_commune_successors_commune_id_communes")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["communes.id"], name=op.f("fk_commune_successors_successor_id_communes")
        ),
        sa.PrimaryKeyConstraint("commune_id", "successor_id", name=op.f("pk_commune_successors")),
    )
    op.create_index(op.f("ix_commune_successors_successor_id"), "commune_successors", ["successor_id"], unique=False)
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("postal", "economic", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_table(
        "region_members",
        sa.Column("region_code", sa.String(length=80), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("former", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_region_members_days")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_region_members_region_code_regions")),
        sa.PrimaryKeyConstraint("region_code", "province", "former", "valid_from", name=op.f("pk_region_members")),
    )
    # A name may live again after its commune closed: the day it began tells the two apart.
    # 3,321 rows that only `flask communes load` writes: the lock is over at once.
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX ix_communes_province_code_name")
    op.create_index(
        op.f("ix_communes_province_code_name_valid_from"),
        "communes",
        ["province_code", "name", "valid_from"],
        unique=True,
    )
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
    """Take them away; refused while a name stands twice, since the days that tell them apart go."""
    op.drop_index(op.f("ix_communes_province_code_name_valid_from"), table_name="communes")
    op.create_index(op.f("ix_communes_province_code_name"), "communes", ["province_code", "name"], unique=True)
    op.drop_table("region_members")
    op.drop_table("regions")
    op.drop_table("commune_successors")
    op.drop_column("communes", "valid_until")
