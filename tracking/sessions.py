"""The browser's side of a citizen's session: the cookie, and the way from a URL's name to an item (contracts C29)."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, request
from werkzeug.wrappers import Response

from delivery import links
from delivery.errors import NotFound
from delivery.links import Reached
from delivery.store.work import Work
from delivery.wiring import Wiring

COOKIE = "__Host-citizen"
_READER = "job:citizens"


class LinkClosed(NotFound):
    """A link, or a name in a URL, opens nothing for this browser, whatever the reason."""

    def __init__(self) -> None:
        super().__init__(
            "link-closed",
            vi="Đường link này không mở được. Hãy mở lại đường link trong tin nhắn của bưu điện.",
            en="This link does not open. Please open the link in the text message from the post again.",
        )


def wiring() -> Wiring:
    """The collaborators of the running application."""
    found = current_app.extensions["wiring"]
    assert isinstance(found, Wiring)
    return found


def opened(token: str) -> links.Opened | None:
    """Let this browser see the token's item; None when the token opens nothing."""
    with wiring().work(_READER) as unit:
        return links.open_link(unit, token, session=request.cookies.get(COOKIE))


def remember(answer: Response, session: str) -> None:
    """Put the session into the browser: for this host only, over TLS only, out of scripts' reach."""
    lasts = int(links.SESSION_LASTS.total_seconds())
    answer.set_cookie(COOKIE, session, max_age=lasts, secure=True, httponly=True, samesite="Lax", path="/")


@contextmanager
def reading() -> Iterator[Work]:
    """A unit of work in the live world, for what anybody may ask."""
    with wiring().work(_READER) as unit:
        yield unit


def reach(name: str) -> Reached:
    """The item that this browser's session knows as `name`. LinkClosed when it knows none."""
    session = request.cookies.get(COOKIE)
    with reading() as unit:
        found = links.reach(unit, session=session, name=name) if session else None
    if found is None:
        raise LinkClosed
    return found


def others(name: str) -> list[links.Listed]:
    """What else this browser has opened."""
    session = request.cookies.get(COOKIE)
    if not session:
        return []
    with reading() as unit:
        return [each for each in links.listed(unit, session=session) if each.name != name]
