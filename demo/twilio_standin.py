"""A local stand-in for Twilio's messaging HTTP (API 2010-04-01), with a memory and without a bill.

It takes messages, walks each through Twilio's statuses, signs and posts the status callbacks, lists what it
took, and can play a phone that answers. It listens on 127.0.0.1 only.

    with TwilioStandin(account_sid="AC…", auth_token="…") as standin:
        SmsGateway("AC…", "…", "HANHCHINH", base_url=standin.url)

    python -m demo.twilio_standin --port 0 --account AC… --token …     (prints its address, serves until stopped)

What happens to a message follows from the last six digits of its phone; every other phone gets its message.

    …021211  refused: not a phone number              …030001  failed: queue overflow (no "sent" before it)
    …021610  refused: the recipient opted out         …030003  undelivered: handset unreachable
    …021612  refused: no route from this sender       …030005  undelivered: unknown handset
    …021614  refused: not a mobile number             …030006  undelivered: landline
    …020429  429, every time                          …030007  undelivered: filtered
    …000429  429, the first time only                 …030008  undelivered: unknown error
    …000500  500, the first time only                 …000408  taken, but the reply is lost: connection closed
    …020500  500, every time                          …000504  taken, but no reply comes until the caller gives up

Besides Twilio's own paths, for the demo and the tests:

    GET  /_standin/messages?to=&after=N   a list of what was sent and received, text included, from the N-th on
    GET  /_standin/idle                   {"outstanding": status changes to come, "failed": callbacks nobody took}
    POST /_standin/inbound                From, Body (form): a phone answers; posted, signed, to the inbound URL
"""

import argparse
import base64
import contextlib
import hmac
import http.client
import json
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from demo.twilio_account import API_VERSION, Account, Message, TwilioError
from demo.twilio_outcomes import Outcomes, Reply, signature_of

CALLBACK_TIMEOUT = 15.0
LARGEST_REQUEST = 64 * 1024


class TwilioStandin:
    """One account at a provider of our own, on `url`, from `__enter__` to `__exit__`; OSError if `port` is in use.

    `lag` seconds pass between two statuses of a message. `inbound_url` is where answers from phones go.
    `deliver_to` (an origin, e.g. http://127.0.0.1:8000) takes the posts when the public address in a callback URL
    cannot be reached from here; the signature is still over the public address. `disorder` posts the final status
    before the earlier one, and again after it, as a provider may. `now` gives the time of day (aware).
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        port: int = 0,
        outcomes: Outcomes | None = None,
        lag: float = 0.0,
        inbound_url: str | None = None,
        inbound_number: str = "+84900000000",
        deliver_to: str | None = None,
        disorder: bool = False,
        posters: int = 4,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account = Account(sid=account_sid, outcomes=outcomes or Outcomes(), lag=lag, disorder=disorder, now=now)
        self._authorization = "Basic " + base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._auth_token = auth_token
        self._inbound_url = inbound_url
        self._inbound_number = inbound_number
        self._deliver_to = deliver_to
        self._waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._server = _Server(self, port)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._posters = [threading.Thread(target=self._announce, daemon=True) for _ in range(posters)]
        self._listener = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        for thread in (*self._posters, self._listener):
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for _ in self._posters:
            self._waiting.put(None)
        self._server.shutdown()
        self._server.hang_up()
        for thread in (*self._posters, self._listener):
            thread.join()

    def messages(self, *, to: str | None = None, after: int = 0) -> list[dict[str, object]]:
        """The Message resources from the `after`-th on, oldest first; only those to `to` when it is given."""
        return self.account.messages(to=to, after=after)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until every message has its final status and every callback is sent; False after `timeout` seconds."""
        return self.account.wait_until_idle(timeout)

    def receive(self, sender: str, body: str) -> int:
        """Let the phone `sender` answer with `body`; returns the HTTP status of the product's inbound page."""
        if self._inbound_url is None:
            raise ValueError("This stand-in has no inbound URL, so nobody would hear the phone.")
        form = self.account.receive(sender, self._inbound_number, body)
        with contextlib.closing(_Poster(self._auth_token, self._deliver_to)) as poster:
            return poster.post(self._inbound_url, form)

    def knows(self, authorization: str | None) -> bool:
        """Whether an Authorization header is this account's."""
        return hmac.compare_digest((authorization or "").encode(), self._authorization.encode())

    def take(self, form: Mapping[str, str]) -> tuple[dict[str, object], Reply]:
        """Take a message and set it on its way; raises `TwilioError`."""
        message, resource, reply = self.account.create(form)
        self._waiting.put(message)
        return resource, reply

    def _announce(self) -> None:
        with contextlib.closing(_Poster(self._auth_token, self._deliver_to)) as poster:
            while (message := self._waiting.get()) is not None:
                # Every message waits equally long, so the queue is in order of its due times.
                if self._stopping.wait(max(0.0, message.due - time.monotonic())):
                    return
                form = self.account.step(message)
                heard = True
                if message.callback:
                    try:
                        heard = poster.post(message.callback, form) < 400
                    except (OSError, ValueError, http.client.HTTPException):
                        heard = False
                more = bool(message.steps)
                self.account.stepped(heard=heard)
                if more:
                    self._waiting.put(message)


class _Poster:
    """Posts signed forms over connections that it keeps open; for one thread."""

    def __init__(self, auth_token: str, deliver_to: str | None) -> None:
        self._auth_token = auth_token
        self._deliver_to = deliver_to
        self._lines: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """Post `form` to `url`; returns the HTTP status. OSError or HTTPException when nobody answers."""
        public = urlsplit(url)
        near = urlsplit(self._deliver_to) if self._deliver_to else public
        path = (public.path or "/") + (f"?{public.query}" if public.query else "")
        headers = {
            "Host": public.netloc,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature_of(url, form, self._auth_token),
        }
        place = (near.scheme, near.netloc)
        while True:
            kept = place in self._lines
            if not kept:
                kind = http.client.HTTPSConnection if near.scheme == "https" else http.client.HTTPConnection
                self._lines[place] = kind(near.netloc, timeout=CALLBACK_TIMEOUT)
            line = self._lines[place]
            try:
                line.request("POST", path, body=urlencode(form).encode(), headers=headers)
                response = line.getresponse()
                response.read()
                return response.status
            except (OSError, ValueError, http.client.HTTPException) as error:
                line.close()
                del self._lines[place]
                # The other side may close an idle connection at any moment: then once more, on a new one.
                if not (kept and isinstance(error, ConnectionError)):
                    raise

    def close(self) -> None:
        for line in self._lines.values():
            line.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = False  # hang_up() frees every thread, and server_close() then waits for them

    def __init__(self, standin: TwilioStandin, port: int) -> None:
        self.standin = standin
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        accepted, address = super().get_request()
        self._open.add(accepted)
        return accepted, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        for line in tuple(self._open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: _Server

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, action: Callable[[str, dict[str, str]], tuple[int, object] | None]) -> None:
        address = urlsplit(self.path)
        try:
            answer = action(address.path, dict(parse_qsl(address.query)))
        except TwilioError as error:
            answer = error.status, error.body
        if answer is None:
            self.close_connection = True
            return
        status, content = answer
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="Twilio API"')
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _get(self, path: str, query: dict[str, str]) -> tuple[int, object]:
        account = self.server.standin.account
        if path == "/_standin/idle":
            return 200, account.idle()
        if path == "/_standin/messages":
            after = int(query["after"]) if query.get("after", "").isdecimal() else 0
            return 200, account.messages(to=query.get("to"), after=after)
        resource = self._resource(path)
        return 200, account.page(query) if resource == "" else account.fetch(resource)

    def _post(self, path: str, query: dict[str, str]) -> tuple[int, object] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_REQUEST:
            self.close_connection = True
            return 413, {"code": 20413, "message": "The request is too large or its length unknown.", "status": 413}
        form = dict(parse_qsl(self.rfile.read(int(length)).decode(errors="replace")))
        if path == "/_standin/inbound":
            return self._inbound(form)
        if self._resource(path) != "":
            raise TwilioError(20404)
        resource, reply = self.server.standin.take(form)
        if reply is Reply.GIVEN:
            return 201, resource
        if reply is Reply.NEVER:
            self.rfile.read(1)  # returns when the caller has given up
        return None

    def _inbound(self, form: Mapping[str, str]) -> tuple[int, object]:
        if not (form.get("From") and form.get("Body")):
            return 400, {"message": "An inbound message needs From and Body.", "status": 400}
        try:
            return 200, {"status": self.server.standin.receive(form["From"], form["Body"])}
        except ValueError as error:
            return 409, {"message": str(error), "status": 409}
        except (OSError, http.client.HTTPException):
            return 502, {"message": "Nobody answers at the inbound URL.", "status": 502}

    def _resource(self, path: str) -> str:
        """The message's sid that `path` names, "" for the whole list; raises when it is not this account's."""
        standin = self.server.standin
        if not standin.knows(self.headers.get("Authorization")):
            raise TwilioError(20003)
        root = f"/{API_VERSION}/Accounts/{standin.account.sid}/Messages"
        if not (path.startswith(root) and path.endswith(".json")):
            raise TwilioError(20404)
        return path.removeprefix(root).removesuffix(".json").removeprefix("/")

    def log_message(self, *_: object) -> None:
        """Nothing: a request line may hold a phone number."""


def main(arguments: list[str]) -> int:
    """Serve until SIGINT or SIGTERM; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m demo.twilio_standin", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--account", required=True, help="account sid, AC…")
    parser.add_argument("--token", required=True, help="auth token: the password, and the key of the signatures")
    parser.add_argument("--lag", type=float, default=0.0, help="seconds between two statuses of a message")
    parser.add_argument("--inbound-url", help="where answers from phones are posted")
    parser.add_argument("--deliver-to", help="origin that takes the posts instead of the public one")
    given = parser.parse_args(arguments)
    try:
        standin = TwilioStandin(
            account_sid=given.account,
            auth_token=given.token,
            port=given.port,
            lag=given.lag,
            inbound_url=given.inbound_url,
            deliver_to=given.deliver_to,
        )
    except OSError as error:
        print(f"The stand-in for Twilio cannot listen on port {given.port}: {error.strerror}.", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with standin:
        print(standin.url, flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
