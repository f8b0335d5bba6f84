"""People, sealed, and items."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make people, sealed, and items."""
    op.create_table(
        "openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_at"), "openings", ["at"], unique=False)
    op.create_index(op.f("ix_openings_subject_id"), "openings", ["subject_id"], unique=False)
    op.create_table(
        "serials",
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("following", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_serials")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
    )
    op.create_table(
        "addressees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("location", sa.LargeBinary(), nullable=True),
        sa.Column("can_sms", sa.Boolean(), nullable=False),
        sa.Column("phone_reachable", sa.Boolean(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_last4_index", sa.LargeBinary(), nullable=True),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("identity_index", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_addressees_subject_id_subjects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addressees")),
    )
    op.create_index(op.f("ix_addressees_address_key"), "addressees", ["address_key"], unique=False)
    op.create_index(op.f("ix_addressees_identity_index"), "addressees", ["identity_index"], unique=False)
    op.create_index(op.f("ix_addressees_name_index"), "addressees", ["name_index"], unique=False)
    op.create_index(op.f("ix_addressees_phone_index"), "addressees", ["phone_index"], unique=False)
    op.create_index(op.f("ix_addressees_phone_last4_index"), "addressees", ["phone_last4_index"], unique=False)
    op.create_index(op.f("ix_addressees_subject_id"), "addressees", ["subject_id"], unique=False)
    op.create_table(
        "commitments",
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_commitments_subject_id_subjects")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_commitments")),
    )
    op.create_index(op.f("ix_commitments_item_id"), "commitments", ["item_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=13), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("origin_point_id", sa.Uuid(), nullable=False),
        sa.Column("return_point_id", sa.Uuid(), nullable=False),
        sa.Column("agency_reference", sa.String(length=80), nullable=False),
        sa.Column("dispatch_number", sa.Integer(), nullable=False),
        sa.Column("redispatch_of", sa.Uuid(), nullable=True),
        sa.Column("dossier_code", sa.String(length=80), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=False),
        sa.Column("agency_fee", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=80), nullable=False),
        sa.Column("waivers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("options", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("redeliveries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submission_index", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.String(length=80), nullable=True),
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.String(length=80), nullable=False),
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
        sa.Column(
            "state_before_inquiry",
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
                name="state_before_inquiry",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "holder_kind",
            sa.Enum(
                "agency",
                "office",
                "bag",
                "courier",
                "addressee",
                "nobody",
                name="holder_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "placed",
            sa.Enum("placed", "review", name="placed", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("address_confidence", sa.Double(), nullable=True),
        sa.Column("accepting_office_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_office_id", sa.Uuid(), nullable=True),
        sa.Column(
            "next_step",
            sa.Enum(
                "deliver",
                "counter",
                "address",
                "return",
                "nothing",
                name="next_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("half_day", sa.String(length=80), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("address_until", sa.Date(), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(final_at IS NOT NULL) = (state IN ('cancelled','delivered','lost','returned'))",
            name=op.f("ck_items_final"),
        ),
        sa.CheckConstraint(
            "(holder_kind IN ('addressee','nobody')) = (holder_id IS NULL)", name=op.f("ck_items_holder_id")
        ),
        sa.CheckConstraint(
            "final_at IS NOT NULL OR holder_kind NOT IN ('addressee','nobody')", name=op.f("ck_items_holder")
        ),
        sa.CheckConstraint("payer IN ('agency','addressee')", name=op.f("ck_items_payer")),
        sa.CheckConstraint("agency_fee >= 0", name=op.f("ck_items_agency_fee")),
        sa.CheckConstraint("dispatch_number >= 1", name=op.f("ck_items_dispatch_number")),
        sa.CheckConstraint("weight_g BETWEEN 1 AND 30000", name=op.f("ck_items_weight")),
        sa.ForeignKeyConstraint(
            ["accepting_office_id"], ["offices.id"], name=op.f("fk_items_accepting_office_id_offices")
        ),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressees.id"], name=op.f("fk_items_addressee_id_addressees")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_items_agency_id_agencies")),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_items_commune_id_communes")),
        sa.ForeignKeyConstraint(
            ["delivery_office_id"], ["offices.id"], name=op.f("fk_items_delivery_office_id_offices")
        ),
        sa.ForeignKeyConstraint(
            ["origin_point_id"], ["handover_points.id"], name=op.f("fk_items_origin_point_id_handover_points")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"], ["policies.version"], name=op.f("fk_items_policy_version_policies")
        ),
        sa.ForeignKeyConstraint(["redispatch_of"], ["items.id"], name=op.f("fk_items_redispatch_of_items")),
        sa.ForeignKeyConstraint(
            ["return_point_id"], ["handover_points.id"], name=op.f("fk_items_return_point_id_handover_points")
        ),
        sa.ForeignKeyConstraint(["world_id"], ["worlds.id"], name=op.f("fk_items_world_id_worlds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("addressee_id", name=op.f("uq_items_addressee_id")),
        sa.UniqueConstraint("number", name=op.f("uq_items_number")),
        sa.UniqueConstraint(
            "world_id",
            "agency_id",
            "agency_reference",
            "dispatch_number",
            name=op.f("uq_items_world_id_agency_id_agency_reference_dispatch_number"),
        ),
    )
    op.create_index(op.f("ix_items_address_until"), "items", ["address_until"], unique=False)
    op.create_index(op.f("ix_items_agency_id_registered_at"), "items", ["agency_id", "registered_at"], unique=False)
    op.create_index(op.f("ix_items_delivery_office_id_state"), "items", ["delivery_office_id", "state"], unique=False)
    op.create_index(op.f("ix_items_dossier_code"), "items", ["dossier_code"], unique=False)
    op.create_index(op.f("ix_items_held_until"), "items", ["held_until"], unique=False)
    op.create_index(
        op.f("ix_items_holder_kind_holder_id_state"), "items", ["holder_kind", "holder_id", "state"], unique=False
    )
    op.create_index(op.f("ix_items_origin_point_id_state"), "items", ["origin_point_id", "state"], unique=False)
    op.create_index(op.f("ix_items_world_id_state"), "items", ["world_id", "state"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("visit", "contact", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("fault", sa.String(length=80), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=True),
        sa.Column("half_day", sa.String(length=80), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_attempts_courier_id_couriers")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_attempts_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_courier_id"), "attempts", ["courier_id"], unique=False)
    op.create_index(op.f("ix_attempts_item_id_seq"), "attempts", ["item_id", "seq"], unique=True)
    op.create_index(op.f("ix_attempts_recorded_at"), "attempts", ["recorded_at"], unique=False)
    op.create_table(
        "choices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("half_day", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("via", sa.String(length=80), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_choices_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
    )
    op.create_index(op.f("ix_choices_item_id"), "choices", ["item_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.CheckConstraint("sheets BETWEEN 1 AND 1000", name=op.f("ck_documents_sheets")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_documents_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_documents")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_incidents_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_item_id"), "incidents", ["item_id"], unique=False)
    op.create_index(
        "ix_incidents_open", "incidents", ["owner"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("incidents")
    op.drop_table("documents")
    op.drop_table("choices")
    op.drop_table("attempts")
    op.drop_table("items")
    op.drop_table("commitments")
    op.drop_table("addressees")
    op.drop_table("subjects")
    op.drop_table("serials")
    op.drop_table("openings")
