"""How values read on a page: filters and globals that every template may use."""

from datetime import date, datetime
from uuid import uuid4

from flask import Flask
from flask_babel import get_locale

from delivery.errors import Trouble
from delivery.rules.calendar import vietnam_time
from delivery.rules.reasons import TABLE, Reason
from delivery.rules.states import WORDS_EN, WORDS_VI, State

ENGLISH = "en"
VIETNAMESE = "vi"
LANGUAGES = (VIETNAMESE, ENGLISH)


def init_app(app: Flask) -> None:
    """Register the filters and globals."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        clock_time=clock_time,
        dong=dong,
        number=number,
        state_words=state_words,
        reason_words=reason_words,
        trouble_words=trouble_words,
        kilometres=kilometres,
    )
    app.jinja_env.globals.update(language=language, new_report_id=lambda: str(uuid4()))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def language() -> str:
    """The language of this answer: "vi" or "en"."""
    return ENGLISH if str(get_locale()) == ENGLISH else VIETNAMESE


def day(value: date) -> str:
    """A day as 30/11/2026."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """An instant on Vietnam's clocks, as 08:05 30/11/2026."""
    return f"{vietnam_time(value):%H:%M %d/%m/%Y}"


def clock_time(seconds: int) -> str:
    """Seconds after local midnight as 08:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def dong(amount: int) -> str:
    """Whole đồng as 31.000 đ."""
    return f"{amount:,}".replace(",", "." if language() == VIETNAMESE else ",") + " đ"


def number(value: str) -> str:
    """An S10 number in the groups that people read aloud: AA 1234 5678 9 VN, with spaces that do not break."""
    return "\N{NO-BREAK SPACE}".join((value[:2], value[2:6], value[6:10], value[10:11], value[11:]))


def kilometres(metres: int) -> str:
    """Metres as 12,3 km."""
    return f"{metres / 1000:.1f} km".replace(".", "," if language() == VIETNAMESE else ".")


def state_words(state: State) -> str:
    """A state for the people who read it."""
    return (WORDS_EN if language() == ENGLISH else WORDS_VI)[State(state)]


def reason_words(reason: str) -> str:
    """A reason for the people who read it."""
    return TABLE[Reason(reason)].words(language())


def trouble_words(trouble: Trouble) -> str:
    """An error's sentence in the page's language."""
    return trouble.words(language())
