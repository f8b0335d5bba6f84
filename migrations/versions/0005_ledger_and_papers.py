"""The ledger, receipts, remittances, statement lines, claims."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the ledger, receipts, remittances, statement lines, claims."""
    op.create_table(
        "paper_series",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("following", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paper_series")),
    )
    op.create_table(
        "remittances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_by", sa.String(length=80), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bank_reference", sa.String(length=80), nullable=True),
        sa.Column("cancelled_by", sa.String(length=80), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_remittances_amount")),
        sa.CheckConstraint("num_nonnulls(cancelled_at, cancelled_by) IN (0, 2)", name=op.f("ck_remittances_cancelled")),
        sa.CheckConstraint(
            "num_nonnulls(paid_at, paid_by, bank_reference) IN (0, 3)", name=op.f("ck_remittances_paid")
        ),
        sa.CheckConstraint("paid_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_remittances_one_end")),
        sa.CheckConstraint("paid_by <> made_by", name=op.f("ck_remittances_two_persons")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_remittances_agency_id_agencies")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_remittances_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittances")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_remittances_bank_reference")),
        sa.UniqueConstraint("number", name=op.f("uq_remittances_number")),
        sa.UniqueConstraint(
            "world_id", "agency_id", "position", name=op.f("uq_remittances_world_id_agency_id_position")
        ),
    )
    op.create_index(op.f("ix_remittances_agency_id"), "remittances", ["agency_id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column(
            "book",
            sa.Enum("postage", "agency_fee", name="book", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "charged",
                "corrected",
                "collected",
                "bank_received",
                "matched",
                "shift_closed",
                "variance",
                "deposited",
                "remitted",
                "uncollected",
                "claimed",
                "paid_out",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column(
            "debit",
            sa.Enum(
                "addressee",
                "agency",
                "subsidy",
                "courier",
                "till",
                "bank",
                "payable",
                "revenue",
                "vat",
                "suspense",
                "refunds",
                "variance",
                "compensation",
                "uncollected",
                name="debit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("debit_party", sa.Uuid(), nullable=True),
        sa.Column(
            "credit",
            sa.Enum(
                "addressee",
                "agency",
                "subsidy",
                "courier",
                "till",
                "bank",
                "payable",
                "revenue",
                "vat",
                "suspense",
                "refunds",
                "variance",
                "compensation",
                "uncollected",
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("credit_party", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_postings_amount")),
        sa.CheckConstraint(
            "debit <> credit OR debit_party IS DISTINCT FROM credit_party", name=op.f("ck_postings_two_sides")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_postings_item_id_items")),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_postings_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("key", name=op.f("uq_postings_key")),
    )
    op.create_index(op.f("ix_postings_credit_credit_party"), "postings", ["credit", "credit_party"], unique=False)
    op.create_index(op.f("ix_postings_debit_debit_party"), "postings", ["debit", "debit_party"], unique=False)
    op.create_index(op.f("ix_postings_item_id"), "postings", ["item_id"], unique=False)
    op.create_index(op.f("ix_postings_world_id_book_day"), "postings", ["world_id", "book", "day"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lost",
                "damaged",
                "delayed",
                "price_error",
                "overpaid",
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
                "open",
                "proposed",
                "approved",
                "paid",
                "rejected",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("damage_percent", sa.Integer(), nullable=True),
        sa.Column("right_price", sa.BigInteger(), nullable=True),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("compensation", sa.BigInteger(), nullable=False),
        sa.Column("agency_fee", sa.BigInteger(), nullable=False),
        sa.Column("terms_version", sa.String(length=80), nullable=True),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("proposed_by", sa.String(length=80), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("paid_reference", sa.String(length=80), nullable=True),
        sa.Column("paid_by", sa.String(length=80), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("state <> 'paid' OR paid_reference IS NOT NULL", name=op.f("ck_claims_paid")),
        sa.CheckConstraint("state <> 'rejected' OR why IS NOT NULL", name=op.f("ck_claims_rejected")),
        sa.CheckConstraint(
            "state NOT IN ('approved','paid') OR approved_by IS NOT NULL", name=op.f("ck_claims_approved")
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_claims_two_persons")),
        sa.CheckConstraint("damage_percent BETWEEN 1 AND 100", name=op.f("ck_claims_damage_percent")),
        sa.CheckConstraint("refund >= 0 AND compensation >= 0 AND agency_fee >= 0", name=op.f("ck_claims_amount")),
        sa.CheckConstraint("right_price >= 0", name=op.f("ck_claims_right_price")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_claims_item_id_items")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_claims_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["terms_version"], ["compensation_terms.version"], name=op.f("fk_claims_terms_version_compensation_terms")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["bank_transfers.id"], name=op.f("fk_claims_transfer_id_bank_transfers")
        ),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_claims_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_item_id"), "claims", ["item_id"], unique=False)
    op.create_index(op.f("ix_claims_transfer_id"), "claims", ["transfer_id"], unique=False)
    op.create_index(
        op.f("ix_claims_world_id_state_opened_at"), "claims", ["world_id", "state", "opened_at"], unique=False
    )
    op.create_index(
        "uq_claims_standing",
        "claims",
        ["item_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'rejected' AND kind <> 'overpaid'"),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("receipt", "invoice", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("adjusts_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("export", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(gross < 0) = (adjusts_id IS NOT NULL)", name=op.f("ck_receipts_adjusts")),
        sa.CheckConstraint("net + vat = gross", name=op.f("ck_receipts_gross")),
        sa.CheckConstraint("num_nonnulls(payment_id, statement_id, adjusts_id) = 1", name=op.f("ck_receipts_for_one")),
        sa.ForeignKeyConstraint(["adjusts_id"], ["receipts.id"], name=op.f("fk_receipts_adjusts_id_receipts")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_receipts_item_id_items")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_receipts_payment_id_payments")),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_receipts_statement_id_statements")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("number", name=op.f("uq_receipts_number")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_receipts_payment_id")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_receipts_statement_id")),
    )
    op.create_index(op.f("ix_receipts_adjusts_id"), "receipts", ["adjusts_id"], unique=False)
    op.create_index(op.f("ix_receipts_export"), "receipts", ["export"], unique=False)
    op.create_index(op.f("ix_receipts_item_id"), "receipts", ["item_id"], unique=False)
    op.create_index(
        "ix_receipts_not_exported", "receipts", ["day"], unique=False, postgresql_where=sa.text("export IS NULL")
    )
    op.create_table(
        "remittance_lines",
        sa.Column("remittance_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_remittance_lines_item_id_items")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_remittance_lines_payment_id_payments")),
        sa.ForeignKeyConstraint(
            ["remittance_id"], ["remittances.id"], name=op.f("fk_remittance_lines_remittance_id_remittances")
        ),
        sa.PrimaryKeyConstraint("remittance_id", "position", name=op.f("pk_remittance_lines")),
    )
    op.create_index(
        "ix_remittance_lines_listed",
        "remittance_lines",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("NOT released"),
    )
    op.create_table(
        "statement_lines",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("correction_id", sa.Uuid(), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("net + vat = gross", name=op.f("ck_statement_lines_gross")),
        sa.CheckConstraint("num_nonnulls(quote_id, correction_id) = 1", name=op.f("ck_statement_lines_for_one")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_statement_lines_correction_id_corrections")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_statement_lines_item_id_items")),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_statement_lines_quote_id_quotes")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_statement_lines_statement_id_statements")
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("pk_statement_lines")),
        sa.UniqueConstraint("correction_id", name=op.f("uq_statement_lines_correction_id")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_statement_lines_quote_id")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("statement_lines")
    op.drop_table("remittance_lines")
    op.drop_table("receipts")
    op.drop_table("claims")
    op.drop_table("postings")
    op.drop_table("remittances")
    op.drop_table("paper_series")
