"""The citizens' blueprint: whoever holds a link may see its item, and nobody signs in."""

from flask import Blueprint, render_template

from tracking.sessions import LinkClosed

window = Blueprint(
    "tracking", __name__, template_folder="templates", static_folder="static", static_url_path="/citizen"
)


@window.errorhandler(LinkClosed)
def closed(error: LinkClosed) -> tuple[str, int]:
    """Unknown, ended, or another browser's: the same page, with nothing in it that differs (contracts C30)."""
    return render_template("tracking/closed.html"), 404
