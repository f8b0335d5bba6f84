"""Routes on a terminal. Other commands about routes join `group`."""

from flask.cli import AppGroup

group = AppGroup("routes", help="Delivery routes: planning a day's, and learning from those that were driven.")

COMMANDS = (group,)
