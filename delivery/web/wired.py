"""How views reach the collaborators."""

from flask import current_app

from delivery.wiring import Wiring


def wiring() -> Wiring:
    """The collaborators of the running application."""
    found = current_app.extensions["wiring"]
    assert isinstance(found, Wiring)
    return found
