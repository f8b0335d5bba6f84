"""What many tests start from is played once a test process; each gets a copy of its database and of its outcome."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import tracking
from delivery.app import create_app
from delivery.settings import Settings
from delivery.wiring import Wiring
from demo.postgres import APPLICATION, Server
from tests.clocks import HandClock
from tests.factories import Town

Builder = Callable[[Wiring, Town, HandClock], Any]
"""Plays the use cases that lead to a beginning, on the town, and returns what tests need to know of it."""


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """A database in which a builder has played, and what it returned, tied to the wiring and the clock of that time."""

    database: str
    wiring: Wiring
    clock: HandClock
    made: Any

    def handed_to(self, wiring: Wiring, clock: HandClock) -> Any:
        """What the builder returned, as if it had played with these; the clock goes to where it ended."""
        clock.at = self.clock.at
        return deepcopy(self.made, {id(self.wiring): wiring, id(self.clock): clock})


class Arrangements:
    """The arrangements of one test process, each made when the first test asks for it."""

    def __init__(
        self, server: Server, settings_for: Callable[[str], Settings], *, database: str, town: Town, name: str
    ) -> None:
        self._server, self._settings_for = server, settings_for
        self._settled, self._town, self._name = database, town, name
        self._made: dict[Builder, Arrangement] = {}

    def of(self, builder: Builder) -> Arrangement:
        """What `builder` arranges, from the town on."""
        if builder not in self._made:
            self._made[builder] = self._play(builder)
        return self._made[builder]

    def _play(self, builder: Builder) -> Arrangement:
        name = f"arranged_{len(self._made)}_{self._name}"
        self._server.make_database(name, template=self._settled)
        clock = HandClock()
        settings = self._settings_for(self._server.url(APPLICATION, name))
        wiring = create_app(settings, guests=[tracking.init_app], clock=clock).extensions["wiring"]
        try:
            made = builder(wiring, self._town, clock)
        finally:
            # A database that somebody is connected to cannot be copied.
            wiring.engine.dispose()
        return Arrangement(database=name, wiring=wiring, clock=clock, made=made)
