"""The OpenAPI document, and Swagger UI on it: its files come from an installed package, so it works offline."""

from importlib.resources import files

from flask import Blueprint, Response, current_app, json, render_template, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from delivery.web.agency_api.description import describe
from delivery.web.agency_api.items import api
from delivery.web.wired import wiring

blueprint = Blueprint("agency_docs", __name__, url_prefix="/api/v1")
_SWAGGER = files("flask_openapi3_swagger") / "templates" / "swagger"
# Swagger UI writes style attributes and inlines its icons; scripts come from here only.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
_POLICY += "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_START = """window.ui = SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#docs",
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
"""


@blueprint.get("/openapi.json")
def openapi() -> AnyResponse:
    """The API described (OpenAPI 3.1)."""
    kept: dict[str, str] = current_app.extensions.setdefault("agency_openapi", {})
    if "text" not in kept:
        kept["text"] = json.dumps(describe(api.endpoints, server=wiring().settings.public_url))
    return Response(kept["text"], content_type="application/json")


@blueprint.get("/docs")
def docs() -> AnyResponse:
    """The page that shows the API and tries it."""
    return Response(render_template("api_docs.html"), headers={"Content-Security-Policy": _POLICY})


@blueprint.get("/docs/start.js")
def start() -> AnyResponse:
    """What starts Swagger UI."""
    return Response(_START, content_type="text/javascript; charset=utf-8")


@blueprint.get("/docs/<path:name>")
def asset(name: str) -> AnyResponse:
    """Swagger UI's own files."""
    return send_from_directory(str(_SWAGGER), name, max_age=86400)
