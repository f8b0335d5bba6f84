"""How every command speaks: what an operator can mend is one sentence and exit code 1, never a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec

from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import exists, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from delivery.cli.ending import end
from delivery.errors import Trouble
from delivery.settings import Settings
from delivery.store.agencies import World
from delivery.wiring import Wiring

P = ParamSpec("P")


def wiring_here() -> Wiring:
    found = current_app.extensions["wiring"]
    assert isinstance(found, Wiring)
    return found


def speaking(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what an operator can mend into one sentence."""

    @functools.wraps(command)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Trouble as trouble:
            end(trouble.en)
        except DBAPIError as trouble:
            end(_about_database(trouble, wiring_here().settings))

    return with_appcontext(spoken)


def _about_database(trouble: DBAPIError, settings: Settings) -> str:
    url = make_url(settings.database_url)
    where = f"{url.database} at {url.host or url.query.get('host', 'localhost')}"
    if isinstance(trouble, ProgrammingError):
        return f"The database {where} lacks what this version needs: run flask db upgrade. ({_first_line(trouble)})"
    if isinstance(trouble, OperationalError | InterfaceError):
        return f"The database {where} cannot be reached: start it or correct DATABASE_URL. ({_first_line(trouble)})"
    return f"The database {where} refused: {_first_line(trouble)}"


def _first_line(trouble: DBAPIError) -> str:
    return str(trouble.orig).strip().splitlines()[0] if str(trouble.orig).strip() else type(trouble.orig).__name__


def look_at_database(wiring: Wiring) -> None:
    """Fail early, before a port is bound or a process is started."""
    with wiring.engine.connect() as connection:
        connection.execute(select(exists(select(World.id))))


def owner_url(settings: Settings) -> str:
    if settings.migration_database_url is None:
        end("MIGRATION_DATABASE_URL is not set: give the address of the tables' owner.")
    return settings.migration_database_url
