"""The groups that Flask finds by entry point, before it loads the application; every call of `flask` imports this.

`routes` stands here because Flask has a command of that name already, `communes` because `flask communes match` needs
neither the application nor its settings. Import nothing heavy: commands are imported when called.
"""

import click

from delivery.cli.lazy import LazyCommands

communes = click.Group(
    "communes",
    help="The communes, wards and special zones.",
    commands=LazyCommands(
        {
            "load": "delivery.cli.communes:load",
            "check": "delivery.cli.communes:check",
            "list": "delivery.cli.communes:list_communes",
            "match": "delivery.cli.matching:match",
        }
    ),
)
routes = click.Group(
    "routes",
    help="Delivery routes: planning a day's, and learning from those that were driven.",
    commands=LazyCommands(
        {
            "plan": "delivery.cli.routes:plan",
            "calibrate": "delivery.cli.calibration:calibrate_routes",
        }
    ),
)
COMMANDS = (communes, routes)
