"""The citizens' blueprint: whoever holds a link may see its item, and nobody signs in."""

from flask import Blueprint, g, render_template, request, url_for

from tracking.sessions import LinkClosed

window = Blueprint(
    "tracking", __name__, template_folder="templates", static_folder="static", static_url_path="/citizen"
)


@window.url_value_preprocessor
def lead_back(endpoint: str | None, values: dict[str, str] | None) -> None:
    """From a page that tells of an error: a form's leads to its item, every other to the public look-up."""
    name = (values or {}).get("name")
    sent = name is not None and request.method == "POST"
    g.way_back = url_for("tracking.item", name=name) if sent else url_for("tracking.look_up")


@window.errorhandler(LinkClosed)
def closed(error: LinkClosed) -> tuple[str, int]:
    """Unknown, ended, or another browser's: the same page, with nothing in it that differs (contracts C30)."""
    return render_template("tracking/closed.html"), 404
