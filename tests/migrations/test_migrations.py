"""The migrations make what the models say, from nothing, as the owner, and can be undone."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from delivery.store.tables import metadata
from demo.postgres import APPLICATION, OWNER, ROOT, Server
from tests.conftest import migrate


def _config(server: Server, database: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["owner_url"] = server.url(OWNER, database)
    config.attributes["app_url"] = server.url(APPLICATION, database)
    return config


@pytest.fixture
def empty(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of an empty database, removed afterwards."""
    name = "m_" + re.sub(r"\W", "_", request.node.name)[:40].lower()
    server.make_database(name)
    yield name
    server.drop_database(name)


def test_an_upgrade_from_nothing_gives_the_models(server: Server, empty: str) -> None:
    """A column that only the models know would be missed in production first."""
    migrate(server, empty)
    engine = create_engine(server.url(OWNER, empty), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _not_a_partition})
        assert compare_metadata(context, metadata) == []


def _not_a_partition(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or re.fullmatch(r"events_(default|\d{4}_\d{2})", name or "") is None


def test_every_migration_can_be_undone_and_done_again(server: Server, empty: str) -> None:
    """A bad release goes back within minutes."""
    config = _config(server, empty)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    with psycopg.connect(server.url(OWNER, empty).replace("+psycopg", "")) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()
        assert left == [("alembic_version",)]
    command.upgrade(config, "head")


def test_there_is_one_line_of_numbered_migrations() -> None:
    """Two heads would need somebody to decide at deployment."""
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert len(script.get_heads()) == 1
    names = sorted(path.stem for path in Path(script.versions).glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_the_owner_may_not_serve_as_the_application(server: Server, empty: str) -> None:
    """With one role for both, the log would be append-only in name only."""
    config = _config(server, empty)
    config.attributes["app_url"] = server.url(OWNER, empty)
    with pytest.raises(Exception, match="role of its own"):
        command.upgrade(config, "head")
