"""What every call of `flask` imports before it knows what is asked for."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from delivery.cli.groups import COMMANDS
from demo.postgres import ROOT

HEAVY = ("sqlalchemy", "psycopg", "pydantic", "numpy", "numba", "ortools", "reportlab", "delivery.wiring")


@pytest.mark.parametrize("group", COMMANDS, ids=lambda group: str(group.name))
def test_every_place_holds_the_command_of_its_name(group: click.Group) -> None:
    """Places are words that no linter follows: a renamed function would be found missing by whoever calls it."""
    for name, command in group.commands.items():
        assert command.name == name
        assert command.help
    told = CliRunner().invoke(group, ["--help"])
    assert told.exit_code == 0
    assert all(f"  {name}  " in told.output for name in group.commands)


@pytest.mark.parametrize("module", ["delivery.cli.groups", "delivery.cli.matching"])
def test_neither_the_groups_nor_matching_import_anything_heavy(module: str) -> None:
    """One import too many takes `flask communes match` over its hundred megabytes, and slows every command."""
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, [])
