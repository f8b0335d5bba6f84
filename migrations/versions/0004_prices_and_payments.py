"""Tariff books, quotes and their corrections, cash, bank and payments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make tariff books, quotes and their corrections, cash, bank and payments."""
    op.create_table(
        "equity_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("EXTRACT(day FROM month) = 1", name=op.f("ck_equity_months_month")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_equity_months")),
    )
    op.create_table(
        "tariff_books",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "published", "withdrawn", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.Boolean(), nullable=False),
        sa.Column("came_from", sa.String(length=80), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_asked_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawal_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("state <> 'published' OR approved_by IS NOT NULL", name=op.f("ck_tariff_books_approved")),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR approved_by IS NULL OR withdrawal_asked_by IS NOT NULL",
            name=op.f("ck_tariff_books_withdrawal_asked"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_tariff_books_two_persons")
        ),
        sa.CheckConstraint(
            "withdrawal_asked_by IS NULL OR withdrawn_by <> withdrawal_asked_by",
            name=op.f("ck_tariff_books_two_withdraw"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_books")),
    )
    op.create_index(
        op.f("ix_tariff_books_code"), "tariff_books", ["code"], unique=True, postgresql_where="state <> 'withdrawn'"
    )
    op.create_index(
        op.f("ix_tariff_books_in_force_from"),
        "tariff_books",
        ["in_force_from"],
        unique=True,
        postgresql_where="state = 'published'",
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_statements_month")),
        sa.CheckConstraint("net + vat = gross", name=op.f("ck_statements_gross")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_statements_agency_id_agencies")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_statements_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("number", name=op.f("uq_statements_number")),
        sa.UniqueConstraint("world_id", "agency_id", "month", name=op.f("uq_statements_world_id_agency_id_month")),
        sa.UniqueConstraint(
            "world_id", "agency_id", "position", name=op.f("uq_statements_world_id_agency_id_position")
        ),
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("postage", sa.BigInteger(), nullable=False),
        sa.Column("agency_fee", sa.BigInteger(), nullable=False),
        sa.Column("slip", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "postage >= 0 AND agency_fee >= 0 AND postage + agency_fee > 0", name=op.f("ck_deposits_amount")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_deposits_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
    )
    op.create_index(op.f("ix_deposits_office_id_slip"), "deposits", ["office_id", "slip"], unique=True)
    op.create_table(
        "bank_transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bank_reference", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "matched", "refund", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=80), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reference", sa.String(length=80), nullable=True),
        sa.Column("returned_by", sa.String(length=80), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "returned_by IS NULL OR (state = 'refund' AND item_id IS NULL AND returned_by <> settled_by)",
            name=op.f("ck_bank_transfers_two_persons"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bank_transfers_amount")),
        sa.CheckConstraint(
            "num_nulls(returned_reference, returned_by, returned_at) IN (0, 3)", name=op.f("ck_bank_transfers_returned")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_bank_transfers_item_id_items")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_bank_transfers_statement_id_statements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_transfers")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_bank_transfers_bank_reference")),
    )
    op.create_index(op.f("ix_bank_transfers_item_id"), "bank_transfers", ["item_id"], unique=False)
    op.create_index(op.f("ix_bank_transfers_state_paid_at"), "bank_transfers", ["state", "paid_at"], unique=False)
    op.create_table(
        "payment_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=25), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_requests_amount")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_payment_requests_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_requests")),
    )
    op.create_index(op.f("ix_payment_requests_item_id"), "payment_requests", ["item_id"], unique=False)
    op.create_table(
        "quotes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("book", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("due_from_addressee", sa.BigInteger(), nullable=False),
        sa.Column("due_from_agency", sa.BigInteger(), nullable=False),
        sa.Column("due_from_subsidy", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("net + vat = gross", name=op.f("ck_quotes_gross")),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_quotes_commune_id_communes")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_quotes_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    op.create_index(
        op.f("ix_quotes_day"), "quotes", ["day"], unique=False, postgresql_where=sa.text("frozen_at IS NOT NULL")
    )
    op.create_index(
        "ix_quotes_for_agencies",
        "quotes",
        ["frozen_at"],
        unique=False,
        postgresql_where=sa.text("due_from_agency <> 0"),
    )
    op.create_index(op.f("ix_quotes_item_id"), "quotes", ["item_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("postage", sa.BigInteger(), nullable=False),
        sa.Column("agency_fee", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("variance", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_shifts_counted")),
        sa.CheckConstraint(
            "variance = 0 OR (reason IS NOT NULL AND owner_id IS NOT NULL)", name=op.f("ck_shifts_owner")
        ),
        sa.CheckConstraint("variance = counted - postage - agency_fee", name=op.f("ck_shifts_variance")),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_shifts_courier_id_couriers")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_shifts_office_id_offices")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_shifts_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_courier_id"), "shifts", ["courier_id"], unique=False)
    op.create_index(op.f("ix_shifts_office_id_day"), "shifts", ["office_id", "day"], unique=False)
    op.create_table(
        "waivers_seen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("staff_login", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_waivers_seen_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers_seen")),
        sa.UniqueConstraint("item_id", "kind", name=op.f("uq_waivers_seen_item_id_kind")),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "collected_at_counter",
                "redelivery",
                "waiver_seen",
                "weighed_again",
                "price_error",
                "claim",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("due_from_addressee", sa.BigInteger(), nullable=False),
        sa.Column("due_from_agency", sa.BigInteger(), nullable=False),
        sa.Column("due_from_subsidy", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("net + vat = gross", name=op.f("ck_corrections_gross")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_corrections_item_id_items")),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_corrections_quote_id_quotes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("quote_id", "seq", name=op.f("uq_corrections_quote_id_seq")),
    )
    op.create_index(
        "ix_corrections_for_agencies",
        "corrections",
        ["made_at"],
        unique=False,
        postgresql_where=sa.text("due_from_agency <> 0"),
    )
    op.create_index(op.f("ix_corrections_item_id"), "corrections", ["item_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("postage", "agency_fee", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint("num_nonnulls(courier_id, office_id, transfer_id) = 1", name=op.f("ck_payments_one_taker")),
        sa.CheckConstraint("shift_id IS NULL OR courier_id IS NOT NULL", name=op.f("ck_payments_shift")),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_payments_courier_id_couriers")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_payments_item_id_items")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_payments_office_id_offices")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_payments_shift_id_shifts")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["bank_transfers.id"], name=op.f("fk_payments_transfer_id_bank_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_courier_id_shift_id"), "payments", ["courier_id", "shift_id"], unique=False)
    op.create_index(op.f("ix_payments_item_id_kind"), "payments", ["item_id", "kind"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("payments")
    op.drop_table("corrections")
    op.drop_table("waivers_seen")
    op.drop_table("shifts")
    op.drop_table("quotes")
    op.drop_table("payment_requests")
    op.drop_table("bank_transfers")
    op.drop_table("deposits")
    op.drop_table("statements")
    op.drop_table("tariff_books")
    op.drop_table("equity_months")
