"""Setting an installation up and looking after it: offices, policies, parties, tables, custody."""

import sys
from pathlib import Path
from typing import IO

import click
from alembic import command as alembic
from alembic.config import Config
from flask.cli import AppGroup
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from delivery import custody, parties, policies
from delivery.cli.ending import end
from delivery.cli.speaking import owner_url, speaking, wiring_here
from delivery.money import publishing

ROOT = Path(__file__).resolve().parents[2]

_offices = AppGroup("offices", help="Post offices.")
_policies = AppGroup("policies", help="Delivery policies.")
_parties = AppGroup("parties", help="Agencies, their points and clients; staff and couriers.")
_db = AppGroup("db", help="The database's tables.")
_custody = AppGroup("custody", help="The append-only log of what happened to every item.")


@_offices.command("open")
@speaking
def _offices_open() -> None:
    """Give each commune its post office where it has none."""
    with wiring_here().work("job:offices") as unit:
        opened = parties.open_offices(unit)
    click.echo(f"{opened} offices were opened.")


@_policies.command("load")
@speaking
def _policies_load() -> None:
    """Publish the shipped default policy where there is none, and the shipped tariff books where there are none."""
    with wiring_here().work("job:policies") as unit:
        loaded, books = policies.load_default(unit), publishing.seed(unit)
    click.echo("The default policy is in force." if loaded else "A policy is there already; nothing was changed.")
    click.echo(f"{books} tariff books of this release were published." if books else "The tariff books are there.")


@_parties.command("load")
@click.argument("file", type=click.File(encoding="utf-8"))
@speaking
def _parties_load(file: IO[str]) -> None:
    """Add or update what the JSON document FILE names (- reads from the pipe)."""
    try:
        document = parties.Parties.model_validate_json(file.read())
    except UnicodeDecodeError:
        end(f"{file.name} is not in UTF-8: save it as UTF-8, then load it again.")
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = "/" + "/".join(str(part) for part in first["loc"])
        more = f" ({wrong.error_count() - 1} more)" if wrong.error_count() > 1 else ""
        end(f"{file.name}: {place}: {first['msg']}{more}.")
    with wiring_here().work("job:parties") as unit:
        parties.load(unit, document)
    click.echo(f"{len(document.agencies)} agencies and {len(document.staff)} people are loaded.")


@_db.command("upgrade")
@speaking
def _db_upgrade() -> None:
    """Bring the tables to this version, as their owner (MIGRATION_DATABASE_URL)."""
    settings = wiring_here().settings
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["owner_url"] = owner_url(settings)
    config.attributes["app_url"] = settings.database_url
    alembic.upgrade(config, "head")
    click.echo("The database is at this version.")


@_custody.command("verify")
@speaking
def _custody_verify() -> None:
    """Recompute every chain of hashes; exit 1 and say where when one does not hold."""
    with wiring_here().work("job:custody") as unit:
        verified = custody.verify(unit)
    for fault in verified.faults:
        click.echo(fault)
    click.echo(f"{verified.events} events of {verified.items} items, {len(verified.faults)} faults.")
    if verified.faults:
        sys.exit(1)


@_custody.command("partitions")
@click.option("--months", default=24, type=click.IntRange(1, 240), help="How many months ahead.")
@speaking
def _custody_partitions(months: int) -> None:
    """Make the log's partitions for the months to come, as the tables' owner."""
    wiring = wiring_here()
    with wiring.work("job:custody") as unit:
        # Ids follow real time, whatever a world's clock says.
        today = unit.clock.real().date()
    engine = create_engine(owner_url(wiring.settings))
    try:
        with engine.begin() as owner:
            owner.execute(text("SET LOCAL lock_timeout = '4s'"))
            made = custody.make_partitions(owner, today=today, months=months)
    finally:
        engine.dispose()
    click.echo(f"{len(made)} partitions were made{': ' + ', '.join(made) if made else ''}.")


COMMANDS = (_offices, _policies, _parties, _db, _custody)
