"""OAuth 2: client credentials for a short-lived bearer token (RFC 6749 §4.4), and where to find it (RFC 8414)."""

from collections.abc import Mapping

from flask import Blueprint, Response, json, request
from werkzeug.wrappers import Response as AnyResponse

from delivery import accounts
from delivery.errors import Invalid
from delivery.web.agency_api import rates
from delivery.web.agency_api.replies import TokenOut
from delivery.web.problems import Problem
from delivery.web.wired import wiring

blueprint = Blueprint("oauth", __name__)


@blueprint.post("/oauth/token")
def token() -> AnyResponse:
    """Give a bearer token to a client that proves itself by HTTP Basic or in the form."""
    rates.count(f"token:{request.remote_addr}")
    if request.form.get("grant_type") != "client_credentials":
        raise _refused(
            400,
            "unsupported_grant_type" if "grant_type" in request.form else "invalid_request",
            vi="Gửi grant_type=client_credentials trong biểu mẫu (application/x-www-form-urlencoded).",
            en="Send grant_type=client_credentials as a form (application/x-www-form-urlencoded).",
        )
    client_id, secret = _credentials()
    with wiring().work("job:authentication") as unit:
        client = accounts.authenticate(unit, client_id=client_id, secret=secret)
        if client is None:
            raise _refused(
                401,
                "invalid_client",
                vi="Mã ứng dụng hoặc khóa bí mật không đúng.",
                en="The client's name or its secret is wrong.",
                headers={"WWW-Authenticate": 'Basic realm="token"'},
            )
        try:
            issued = accounts.issue(unit, client, scopes=request.form.get("scope", ""))
        except Invalid as wrong:
            raise _refused(400, "invalid_scope", vi=wrong.vi, en=wrong.en) from None
    body = TokenOut(access_token=issued.token, expires_in=issued.seconds, scope=" ".join(issued.scopes))
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(body.model_dump_json(), 200, headers, content_type="application/json")


@blueprint.get("/.well-known/oauth-authorization-server")
def metadata() -> AnyResponse:
    """The authorization server's metadata."""
    issuer = wiring().settings.public_url
    told = {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": list(accounts.SCOPES),
        "service_documentation": f"{issuer}/api/v1/docs",
    }
    return Response(json.dumps(told), content_type="application/json")


def _credentials() -> tuple[str, str]:
    """The client's name and secret; empty when it sent none. By Basic they win over the form's."""
    try:
        basic = request.authorization
    except ValueError:  # Werkzeug lets base64's refusal of bytes beyond ASCII through.
        return "", ""
    if basic is not None and basic.type == "basic":
        return basic.username or "", basic.password or ""
    return request.form.get("client_id", ""), request.form.get("client_secret", "")


def _refused(status: int, error: str, *, vi: str, en: str, headers: Mapping[str, str] | None = None) -> Problem:
    """A problem document that RFC 6749's clients understand too: they look for `error`."""
    return Problem(
        status,
        error.replace("_", "-"),
        vi=vi,
        en=en,
        headers=headers,
        facts={"error": error, "error_description": en},
    )
