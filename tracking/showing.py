"""How the citizens' pages speak, and the page of one item."""

from typing import Protocol

from flask import render_template
from flask_babel import get_locale

from delivery.links import Reached
from delivery.money.asking import account_of
from tracking import sessions
from tracking.paying import Paying
from tracking.standing import Shown, shown
from tracking.words import plain_day


class Spoken(Protocol):
    """Anything that says itself in "vi" or "en"."""

    def words(self, language: str) -> str:
        """The sentence in `language`."""


def in_language(spoken: Spoken) -> str:
    """The sentence in the page's language."""
    return spoken.words("en" if str(get_locale()) == "en" else "vi")


def page_of(name: str, reached: Reached) -> str:
    """The page of one item as it stands in its own world."""
    item = _shown(reached)
    days = [(day.isoformat(), in_language(plain_day(day))) for day in item.options.days]
    return render_template("tracking/item.html", name=name, item=item, days=days, others=sessions.others(name))


def paying_shown(reached: Reached) -> Paying:
    """What that page says of paying."""
    return _shown(reached).paying


def _shown(reached: Reached) -> Shown:
    wiring = sessions.wiring()
    with wiring.work(reached.actor, reached.world_id) as unit:
        return shown(unit, reached.item_id, wiring.books, account_of(wiring.settings.bank))
