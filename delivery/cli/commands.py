"""All commands, for the application."""

from flask import Flask

from delivery.cli import bank, foresight, groups, installation, ledger, processes, tariffs, tax
from delivery.wiring import Wiring

# Each subject names its commands.
SUBJECTS = (bank, foresight, groups, installation, ledger, processes, tariffs, tax)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install the commands."""
    for subject in SUBJECTS:
        for command in subject.COMMANDS:
            app.cli.add_command(command)
