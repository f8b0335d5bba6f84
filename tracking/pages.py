"""What citizens open: the link in a text, their item, the public look-up, and "is this text message real?"."""

from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.rules.codes import S10, parse_s10
from delivery.store.queries import citizens
from tracking import sessions
from tracking.blueprint import window
from tracking.showing import page_of


@window.get("/")
def front_door() -> Response:
    """Who knows no address of ours begins with the public look-up."""
    return redirect(url_for("tracking.look_up"), 303)


@window.get("/t/<token>")
def open_link(token: str) -> Response:
    """The link in a text message: begin a session and go on to a URL without the token."""
    opened = sessions.opened(token)
    if opened is None:
        raise sessions.LinkClosed
    answer = redirect(url_for("tracking.item", name=opened.name), 303)
    sessions.remember(answer, opened.session)
    return answer


@window.get("/theo-doi/<name>")
def item(name: str) -> str:
    """One item: what to do, where it is, what happened, what may be chosen."""
    return page_of(name, sessions.reach(name))


@window.get("/tra-cuu")
def look_up() -> str | tuple[str, int]:
    """The state and the office of a code, for anybody; nothing else is public."""
    code, wrong = _code()
    if code is None:
        return render_template("tracking/look_up.html", code=None, wrong=wrong), 422 if wrong else 200
    with sessions.reading() as unit:
        found = citizens.item_numbered(unit, code)
        state, office = (found.state, found.delivery_office) if found else (None, None)
    page = render_template("tracking/look_up.html", code=code, state=state, office=office)
    return page, 200 if found else 404


@window.get("/sms-that")
def is_it_real() -> str | tuple[str, int]:
    """Whether we sent a text with this code; the code is shown back and nothing else is told."""
    code, wrong = _code()
    if code is None:
        return render_template("tracking/real.html", code=None, wrong=wrong, host=_host()), 422 if wrong else 200
    with sessions.reading() as unit:
        sent = citizens.was_texted(unit, code)
    return render_template("tracking/real.html", code=code, sent=sent, host=_host())


def _host() -> str:
    """Where the links in our texts lead."""
    return urlsplit(sessions.wiring().settings.public_url).netloc


def _code() -> tuple[S10 | None, Invalid | None]:
    """The code that was asked for, or what is wrong with it; neither when none was."""
    typed = request.args.get("ma", "").strip()
    if not typed:
        return None, None
    try:
        return parse_s10(typed), None
    except Invalid as wrong:
        return None, wrong
