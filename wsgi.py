"""The application that a server runs: the only module that knows all four packages."""

import sys

import tracking
from delivery.app import create_app
from delivery.settings import Settings, SettingsWrong

try:
    app = create_app(Settings.from_env(), guests=[tracking.init_app])
except SettingsWrong as wrong:
    sys.exit(f"Settings: {wrong}")
