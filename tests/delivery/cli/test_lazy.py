"""Commands that are imported when they are asked for."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from delivery.cli.lazy import LazyCommands

GREETING = '''
import click

@click.command("greet")
def greet():
    """Says good morning."""
    click.echo("Good morning.")
'''


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazyCommands:
    """One that is there, one that is no command, and one whose module is missing."""
    (tmp_path / "module_of_a_greeting.py").write_text(GREETING, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return LazyCommands(
        {
            "greet": "module_of_a_greeting:greet",
            "wrong": "module_of_a_greeting:click",
            "gone": "module_of_nothing:greet",
        }
    )


def test_only_the_command_that_is_called_is_imported(commands: LazyCommands) -> None:
    """Neither the names nor another command cost anything: a missing module hurts nobody else."""
    assert sorted(commands) == ["gone", "greet", "wrong"]
    assert len(commands) == 3
    group = click.Group("words", commands=commands)
    said = CliRunner().invoke(group, ["greet"])
    assert (said.exit_code, said.output) == (0, "Good morning.\n")
    assert commands["greet"] is commands["greet"]
    mistyped = CliRunner().invoke(group, ["gret"])
    assert (mistyped.exit_code, "Did you mean 'greet'?" in mistyped.output) == (2, True)
    with pytest.raises(ModuleNotFoundError, match="module_of_nothing"):
        commands["gone"]
    with pytest.raises(TypeError, match="module_of_a_greeting:click is no command, and 'wrong' should be there"):
        commands["wrong"]


def test_help_tells_of_each(commands: LazyCommands) -> None:
    """Who looks for a command must find it before it was ever loaded."""
    del commands["wrong"], commands["gone"]
    told = CliRunner().invoke(click.Group("words", commands=commands), ["--help"])
    assert "greet  Says good morning." in told.output


def test_others_may_join_and_leave(commands: LazyCommands) -> None:
    """It is a mapping like any other to whoever adds a command to the group."""
    click.Group("words", commands=commands).add_command(click.Command("later"))
    assert commands["later"].name == "later"
    assert len(commands) == 4
    del commands["later"]
    assert "later" not in list(commands)
    with pytest.raises(KeyError):
        del commands["later"]
