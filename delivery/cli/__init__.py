"""The flask commands. They speak to whoever runs the installation."""

from flask import Flask

from delivery.cli import bank, calibration, communes, foresight, installation, ledger, processes, routes, tariffs, tax
from delivery.wiring import Wiring

# Each subject names its commands.
SUBJECTS = (bank, calibration, communes, foresight, installation, ledger, processes, routes, tariffs, tax)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install the commands."""
    for subject in SUBJECTS:
        for command in subject.COMMANDS:
            app.cli.add_command(command)
