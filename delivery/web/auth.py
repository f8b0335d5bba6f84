"""Who is signed in: staff sessions, roles, and the language of the pages."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import Babel
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from delivery import signing_in
from delivery.errors import Forbidden, NotFound
from delivery.store.staff import Role, Staff
from delivery.web import showing
from delivery.web.wired import wiring
from delivery.wiring import Wiring

SESSION_COOKIE = "__Host-staff"
LANGUAGE_COOKIE = "__Host-lang"
_A_YEAR = 365 * 24 * 3600

START_PAGE = {Role.COURIER: "/courier/", Role.AUDITOR: "/treasury/"}
"""Where a role's work begins; every other role begins at the desk."""

auth = Blueprint("auth", __name__)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install languages, filters and the sign-in pages."""
    Babel(app, locale_selector=chosen_language)
    showing.init_app(app)
    app.register_blueprint(auth)


def chosen_language() -> str:
    """Vietnamese unless this browser chose English."""
    return showing.ENGLISH if request.cookies.get(LANGUAGE_COOKIE) == showing.ENGLISH else showing.VIETNAMESE


def signed_in() -> Staff | None:
    """The person whose browser asks, read once per request."""
    if "staff" not in g:
        token = request.cookies.get(SESSION_COOKIE)
        g.staff = None
        if token:
            with wiring().work("job:sign-in") as unit:
                g.staff = signing_in.whose(unit, token=token)
    found: Staff | None = g.staff
    return found


def required(*roles: Role) -> Callable[[], AnyResponse | None]:
    """A `before_request` that lets in only these roles: `courier.before_request(required(Role.COURIER))`.

    Puts the person into `g.staff`. Who is not signed in goes to the sign-in page; who is, with another role, is told.
    """

    def check() -> AnyResponse | None:
        staff = signed_in()
        if staff is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("auth.login", next=back), 303)
        g.way_back = _start(staff)
        if staff.role not in roles:
            raise Forbidden(
                "role-not-allowed",
                vi="Tài khoản của bạn không dùng được trang này. Hãy trở về trang bắt đầu của bạn.",
                en="Your account has no access to this page. Go back to your start page.",
                facts={"role": str(staff.role)},
            )
        return None

    return check


@auth.get("/login")
def login() -> str | AnyResponse:
    """The sign-in page; who is signed in already goes on."""
    staff = signed_in()
    return redirect(_start(staff), 303) if staff else render_template("login.html", next=request.args.get("next"))


@auth.post("/login")
def enter() -> AnyResponse:
    """Check the password; a session begins or the page says what to do."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    with wiring().work("job:sign-in") as unit:
        entered = signing_in.sign_in(
            unit, login=name, password=password, former_token=request.cookies.get(SESSION_COOKIE)
        )
    if entered is None:
        wrong = _("Tên đăng nhập hoặc mật khẩu không đúng. Sau 5 lần sai liên tiếp, tài khoản bị khóa 15 phút.")
        return Response(render_template("login.html", wrong=wrong, login=name, next=request.form.get("next")), 422)
    answer = redirect(_local(request.form.get("next")) or _start(entered.staff), 303)
    answer.set_cookie(SESSION_COOKIE, entered.token, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


@auth.post("/logout")
def logout() -> AnyResponse:
    """End the session on the server, then forget it in the browser."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with wiring().work("job:sign-in") as unit:
            signing_in.sign_out(unit, token=token)
    answer = redirect(url_for("auth.login"), 303)
    answer.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


@auth.get("/lang/<language>")
def choose_language(language: str) -> AnyResponse:
    """Remember the language in this browser and go back to where it was asked for."""
    if language not in showing.LANGUAGES:
        raise NotFound("language-unknown", vi="Trang có tiếng Việt và tiếng Anh.", en="Pages are in vi and en only.")
    answer = redirect(_local(request.args.get("back")) or "/", 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _start(staff: Staff) -> str:
    return START_PAGE.get(staff.role, "/desk/")


def _local(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: a link to the sign-in page must not lead elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and "\\" not in target else None
