"""Runs the migrations as the tables' owner, with limits on locks and statements.

MIGRATION_DATABASE_URL names the owner, DATABASE_URL the application's role; the
latter's name reaches the migrations as the setting `delivery.app_role`, so that
they can grant to it and import nothing of ours.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from delivery.store.tables import metadata

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "120s"


def _addresses() -> tuple[str, str]:
    given = context.config.attributes
    owner = given.get("owner_url") or os.environ.get("MIGRATION_DATABASE_URL", "")
    application = given.get("app_url") or os.environ.get("DATABASE_URL", "")
    if not owner or not application:
        raise SystemExit("Migrations need MIGRATION_DATABASE_URL (the owner) and DATABASE_URL (the application).")
    return owner, application


def _prepare(connection: Connection, role: str) -> None:
    for name, value in (
        ("lock_timeout", LOCK_TIMEOUT),
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("delivery.app_role", role),
    ):
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
    connection.commit()


def _online() -> None:
    owner, application = _addresses()
    engine = create_engine(owner, poolclass=NullPool)
    with engine.connect() as connection:
        _prepare(connection, make_url(application).username or "")
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


def _offline() -> None:
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        context.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
        context.run_migrations()


if context.is_offline_mode():
    _offline()
else:
    _online()
