"""The last word of a command that cannot go on."""

import sys
from typing import NoReturn

import click


def end(sentence: str) -> NoReturn:
    """Say `sentence` on standard error and leave with exit code 1."""
    click.echo(sentence, err=True)
    sys.exit(1)
