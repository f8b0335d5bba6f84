"""The flask commands, the worker and the server. The only module that knows APScheduler.

Commands speak to whoever runs the installation: what goes wrong is one sentence and exit code 1.
"""

import functools
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import IO, NoReturn, ParamSpec

import click
from alembic import command as alembic
from alembic.config import Config
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from pydantic import ValidationError
from sqlalchemy import create_engine, exists, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from delivery import custody, parties, policies
from delivery.errors import Trouble
from delivery.jobs import JOBS, Crew, run, run_all
from delivery.settings import Settings
from delivery.solvers import Pool
from delivery.store.agencies import World
from delivery.store.communes import Commune, OldUnit, load_gazetteer, read_gazetteer
from delivery.store.communes_data import read_gazetteer as read_package
from delivery.store.offices import Office
from delivery.wiring import Wiring

P = ParamSpec("P")

_log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install the commands."""
    for group in (_communes, _offices, _policies, _parties, _db, _custody):
        app.cli.add_command(group)
    app.cli.add_command(_worker)
    app.cli.add_command(_serve)


def _wiring() -> Wiring:
    found = current_app.extensions["wiring"]
    assert isinstance(found, Wiring)
    return found


def _end(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def _speaking(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what an operator can mend into one sentence."""

    @functools.wraps(command)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Trouble as trouble:
            _end(trouble.en)
        except DBAPIError as trouble:
            _end(_about_database(trouble, _wiring().settings))

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


def _look_at_database(wiring: Wiring) -> None:
    """Fail early, before a port is bound or a process is started."""
    with wiring.engine.connect() as connection:
        connection.execute(select(exists(select(World.id))))


_communes = AppGroup("communes", help="The 3,321 communes, wards and special zones.")
_offices = AppGroup("offices", help="Post offices.")
_policies = AppGroup("policies", help="Delivery policies.")
_parties = AppGroup("parties", help="Agencies, their points and clients; staff and couriers.")
_db = AppGroup("db", help="The database's tables.")
_custody = AppGroup("custody", help="The append-only log of what happened to every item.")


@_communes.command("load")
@_speaking
def _communes_load() -> None:
    """Load the communes and the units of before July 2025; does nothing when they are there."""
    with _wiring().work("job:communes") as unit:
        known = unit.session.scalar(select(func.count()).select_from(Commune)) or 0
        if not known:
            load_gazetteer(unit.session, read_package())
            unit.session.flush()
            known = unit.session.scalar(select(func.count()).select_from(Commune)) or 0
    click.echo(f"{known} communes are loaded.")


@_communes.command("check")
@_speaking
def _communes_check() -> None:
    """Hold the loaded communes against the installed data; exit 1 when they differ."""
    package = read_package()
    with _wiring().work("job:communes") as unit:
        loaded = read_gazetteer(unit.session)
        old_units = unit.session.scalar(select(func.count()).select_from(OldUnit)) or 0
        served = set(unit.session.scalars(select(Office.commune_id)))
    now, then = {c.id: c for c in loaded.communes}, {c.id: c for c in package.communes}
    wrong = [f"{c.name}, {c.province} is not loaded." for key, c in then.items() if key not in now]
    wrong += [f"{c.name}, {c.province} is not in the installed data." for key, c in now.items() if key not in then]
    wrong += [f"{c.name}, {c.province} lies elsewhere." for key, c in now.items() if key in then and c != then[key]]
    if old_units != len(package.old_units):
        wrong.append(f"{old_units} former units are loaded, {len(package.old_units)} are in the installed data.")
    for sentence in wrong[:20]:
        click.echo(sentence)
    click.echo(
        f"{len(now)} communes in {len(loaded.provinces)} provinces, {old_units} former units, "
        f"{len(served & now.keys())} communes with a post office, {len(wrong)} differences."
    )
    if wrong:
        sys.exit(1)


@_communes.command("list")
@click.option("--province", help="Only this province, by its two digits.")
@_speaking
def _communes_list(province: str | None) -> None:
    """One JSON object a line: id, code, name, province, lat, lon, office."""
    query = select(Commune, Office.code).join(Office, Office.commune_id == Commune.id, isouter=True)
    if province is not None:
        query = query.where(Commune.province_code == province)
    with _wiring().work("job:communes") as unit:
        for commune, office in unit.session.execute(query.order_by(Commune.id)):
            row = {
                "id": commune.id,
                "code": commune.code,
                "name": commune.name,
                "province": commune.province_code,
                "lat": commune.lat,
                "lon": commune.lon,
                "office": office,
            }
            click.echo(json.dumps(row, ensure_ascii=False))


@_offices.command("open")
@_speaking
def _offices_open() -> None:
    """Give each commune its post office where it has none."""
    with _wiring().work("job:offices") as unit:
        opened = parties.open_offices(unit)
    click.echo(f"{opened} offices were opened.")


@_policies.command("load")
@_speaking
def _policies_load() -> None:
    """Publish the shipped default policy where there is none."""
    with _wiring().work("job:policies") as unit:
        loaded = policies.load_default(unit)
    click.echo("The default policy is in force." if loaded else "A policy is there already; nothing was changed.")


@_parties.command("load")
@click.argument("file", type=click.File(encoding="utf-8"))
@_speaking
def _parties_load(file: IO[str]) -> None:
    """Add or update what the JSON document FILE names (- reads from the pipe)."""
    try:
        document = parties.Parties.model_validate_json(file.read())
    except UnicodeDecodeError:
        _end(f"{file.name} is not in UTF-8: save it as UTF-8, then load it again.")
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = "/" + "/".join(str(part) for part in first["loc"])
        more = f" ({wrong.error_count() - 1} more)" if wrong.error_count() > 1 else ""
        _end(f"{file.name}: {place}: {first['msg']}{more}.")
    with _wiring().work("job:parties") as unit:
        parties.load(unit, document)
    click.echo(f"{len(document.agencies)} agencies and {len(document.staff)} people are loaded.")


@_db.command("upgrade")
@_speaking
def _db_upgrade() -> None:
    """Bring the tables to this version, as their owner (MIGRATION_DATABASE_URL)."""
    settings = _wiring().settings
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["owner_url"] = _owner_url(settings)
    config.attributes["app_url"] = settings.database_url
    alembic.upgrade(config, "head")
    click.echo("The database is at this version.")


@_custody.command("verify")
@_speaking
def _custody_verify() -> None:
    """Recompute every chain of hashes; exit 1 and say where when one does not hold."""
    with _wiring().work("job:custody") as unit:
        verified = custody.verify(unit)
    for fault in verified.faults:
        click.echo(fault)
    click.echo(f"{verified.events} events of {verified.items} items, {len(verified.faults)} faults.")
    if verified.faults:
        sys.exit(1)


@_custody.command("partitions")
@click.option("--months", default=24, type=click.IntRange(1, 240), help="How many months ahead.")
@_speaking
def _custody_partitions(months: int) -> None:
    """Make the log's partitions for the months to come, as the tables' owner."""
    wiring = _wiring()
    with wiring.work("job:custody") as unit:
        # Ids follow real time, whatever a world's clock says.
        today = unit.clock.real().date()
    engine = create_engine(_owner_url(wiring.settings))
    try:
        with engine.begin() as owner:
            owner.execute(text("SET LOCAL lock_timeout = '4s'"))
            made = custody.make_partitions(owner, today=today, months=months)
    finally:
        engine.dispose()
    click.echo(f"{len(made)} partitions were made{': ' + ', '.join(made) if made else ''}.")


def _owner_url(settings: Settings) -> str:
    if settings.migration_database_url is None:
        _end("MIGRATION_DATABASE_URL is not set: give the address of the tables' owner.")
    return settings.migration_database_url


@click.command("worker")
@click.option("--once", is_flag=True, help="Run every job once, in this process, and end.")
@_speaking
def _worker(once: bool) -> None:
    """Run the timed jobs until SIGTERM; any number of workers may run."""
    wiring = _wiring()
    _look_at_database(wiring)
    if once:
        done = run_all(wiring)
        for name, count in done.items():
            click.echo(f"{name}: {'failed' if count is None else count}")
        if None in done.values():
            sys.exit(1)
        return
    _work_until_told(wiring)


def _work_until_told(wiring: Wiring) -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It reports every tick, and every tick that a long job makes it skip: both are as they should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with Pool(wiring.settings.solver_processes) as solvers:
        crew = Crew(solvers=solvers, stopping=stopping)
        scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(JOBS))})
        for name in JOBS:
            scheduler.add_job(
                run,
                "interval",
                args=(wiring, name, crew),
                id=name,
                seconds=wiring.settings.tick_seconds,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=wiring.clock.real(),
            )
        scheduler.start()
        click.echo(f"The worker runs {len(JOBS)} jobs, every {wiring.settings.tick_seconds:g} s.")
        # A wait without a limit would not let the signal's handler run on every platform.
        while not stopping.wait(1):
            pass
        click.echo("The worker finishes what it has begun.")
        scheduler.shutdown(wait=True)
    wiring.engine.dispose()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256))
@_speaking
def _serve(host: str, port: int, threads: int) -> None:
    """Serve the pages and the API with granian until SIGTERM."""
    wiring = _wiring()
    _look_at_database(wiring)
    wiring.engine.dispose()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            _end(f"{host}:{port} cannot be served on ({taken.strerror}): choose another with --port.")
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--blocking-threads", str(threads)]
    # Replaces this process: signals reach the server itself.
    os.execv(sys.executable, [sys.executable, "-m", "granian", *options, "wsgi:app"])  # noqa: S606
