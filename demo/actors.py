"""The people and programs of the demo, each doing over HTTP what they would do: agency, desk, courier, citizen."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from demo.bank import Bank, Credit
from demo.client import Browser, Program, Reply, Server, Unexpected
from demo.results import Result
from demo.world import PASSWORD, Agency, Ward

BATCH = 200
NUMBER = r"[A-Z]{2}\d{9}VN"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UNACCOUNTED = ("không thấy trên kệ", "thấy trên kệ ngoài danh sách", "số lạ")
_PLAN_STATES = ("ready", "failed", "replaced")
NOTES = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
SHORT, ONE_IN = 2_000, 7
"""One purse in seven, told by its sum, is this many đồng short."""
_PROOFS = {"addressee": ("identity", "signature"), "authorised": ("identity", "authorisation", "signature")}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What an agency heard of one line that it sent."""

    result: Result
    number: str
    placed: bool
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Call:
    """A stop as courier and clerk know it: `numbers` is empty at an agency's point. `at` is seconds after midnight."""

    stop: str
    position: int
    at: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Drive:
    """A route of a plan that is ready."""

    id: str
    courier: str
    metres: int


class AgencyProgram:
    """An agency's software."""

    def __init__(self, server: Server, agency: Agency) -> None:
        self.agency = agency
        self.program = Program(server, agency.client, agency.secret)

    def hand_over(self, results: Sequence[Result]) -> list[Registered]:
        """Send results as one batch. Unexpected, naming the line, when one is refused."""
        answer = self.program.post("/api/v1/items:batch", lines=[result.submission for result in results])
        rows = answer.wanted(207).json()["results"]
        assert isinstance(rows, list)
        registered = []
        for result, row in zip(results, rows, strict=True):
            if row["status"] not in (200, 201):
                raise Unexpected(f"{self.agency.code}, line {row['line']}, was refused: {row['problem']}")
            registered.append(
                Registered(
                    result=result, number=row["code"], placed=row["placed"] == "placed", fresh=row["status"] == 201
                )
            )
        return registered

    def recall(self, number: str) -> str:
        """Call a result back; gives the answer."""
        return str(self.program.post(f"/api/v1/items/{number}:recall").wanted(200).json()["answer"])

    def mend(self, number: str, address: str) -> None:
        """Correct an address as it was last read."""
        etag = self.program.get(f"/api/v1/items/{number}").wanted(200).etag
        self.program.put(f"/api/v1/items/{number}/address", {"address": {"text": address}}, etag=etag).wanted(200)

    def sign_returns(self) -> int:
        """Sign every open return manifest; says for how many items."""
        signed = 0
        manifests = self.program.get("/api/v1/returns").wanted(200).json()["items"]
        assert isinstance(manifests, list)
        for manifest in manifests:
            path = f"/api/v1/returns/{manifest['manifest']}:sign"
            self.program.post(path, {}).wanted(200)
            signed += len(manifest["items"])
        return signed

    def all_items(self) -> list[dict[str, object]]:
        """Every item of the agency, page by page."""
        items: list[dict[str, object]] = []
        path = "/api/v1/items?limit=500"
        while True:
            page = self.program.get(path).wanted(200).json()
            found = page["items"]
            assert isinstance(found, list)
            if not found:
                return items
            items += found
            path = str(page["next"])


class Desk:
    """An office: its clerk, its dispatcher and its couriers, each signed in when first needed."""

    def __init__(self, server: Server, ward: Ward, couriers: Iterable[str], bank: Bank) -> None:
        self._bank = bank
        self.ward = ward
        self.office = ward.office
        self._server = server
        self._logins = {f"Bưu tá {number} {ward.name}": login for number, login in enumerate(couriers, 1)}
        self._browsers: dict[str, Browser] = {}

    @property
    def clerk(self) -> Browser:
        """The clerk's browser."""
        return self._signed_in(f"clerk.{self.ward.short}")

    @property
    def dispatcher(self) -> Browser:
        """The dispatcher's browser."""
        return self._signed_in(f"dispatcher.{self.ward.short}")

    def courier(self, login: str) -> Browser:
        """A courier's browser."""
        return self._signed_in(login)

    def login_of(self, name: str) -> str:
        """The login of the courier whom a page calls `name`."""
        return self._logins[name]

    def accept(self, point: str, numbers: Sequence[str]) -> None:
        """The clerk takes results over at the counter; `point` is <agency>/<point>."""
        self._do("/desk/acceptance", {"point": point, "numbers": "\n".join(numbers)})

    def receive(self, numbers: Sequence[str]) -> None:
        """The clerk scans in what couriers collected."""
        self._do("/desk/receive", {"numbers": "\n".join(numbers)})

    def pack(self) -> None:
        """The clerk closes and sends a bag for each office that something is for."""
        self._do("/desk/bags", {"to": "all"})

    def open_bags(self) -> int:
        """The clerk opens every bag that came; says how many."""
        numbers = re.findall(r'action="/desk/bags/([^/"]+)/arrive"', self.clerk.get("/desk/bags").wanted(200).text)
        for number in numbers:
            self._do(f"/desk/bags/{number}/arrive", {"seal_intact": "yes"})
        return len(numbers)

    def ask_for_plan(self, day: date) -> str:
        """The dispatcher asks for a plan; gives its id."""
        answer = self.dispatcher.post("/desk/plan", {"day": day.isoformat()}).wanted(303)
        return answer.where.rpartition("/")[2]

    def plan_made(self, day: date) -> str:
        """The id of the plan that the evening made for `day`, or "" where it made none."""
        page = self.dispatcher.get("/desk/plan").wanted(200).text
        for plan, shown in re.findall(rf'href="/desk/plans/({_UUID})"><span>(\d\d/\d\d/\d{{4}})', page):
            if shown == f"{day:%d/%m/%Y}":
                return str(plan)
        return ""

    def drives(self, plan: str) -> list[Drive] | None:
        """The routes of a plan, None while it is being made. Unexpected when it cannot be made."""
        seen = self.dispatcher.get(f"/desk/plans/{plan}.json").wanted(200).json()
        if seen["state"] not in _PLAN_STATES:
            return None
        if seen["state"] != "ready":
            raise Unexpected(f"{self.ward.name}: the plan is {seen['state']}: {seen['trouble']}")
        routes = seen["routes"]
        assert isinstance(routes, list)
        return [Drive(id=row["id"], courier=self.login_of(row["courier"]), metres=row["metres"]) for row in routes]

    def take(self, drive: Drive) -> list[Call]:
        """The courier reads the route, the clerk hands out the bundle by its list; gives the stops in order."""
        phone = self.courier(drive.courier)
        shown = phone.get(f"/courier/routes/{drive.id}").wanted(200).text
        stops = re.findall(rf'href="/courier/stops/({_UUID})">\s*<span class="at">(\d\d):(\d\d)<small>\D*(\d+)', shown)
        listed = self.clerk.get(f"/desk/routes/{drive.id}").wanted(200).text
        at_stop = {
            int(position): tuple(re.findall(rf"/desk/items/({NUMBER})", part))
            for position, part in re.findall(r'<li value="(\d+)"(.*?)</li>', listed, re.DOTALL)
        }
        phone.post(f"/courier/routes/{drive.id}/take", {}).wanted(303)
        calls = {
            stop: Call(stop=stop, position=int(at), at=_seconds(hour, minute), numbers=at_stop.get(int(at), ()))
            for stop, hour, minute, at in stops
        }
        return list(calls.values())

    def map_of(self, drive: Drive) -> Mapping[str, object]:
        """What the clerk's map of a route shows."""
        return self.clerk.get(f"/desk/routes/{drive.id}.json").wanted(200).json()

    def collect(self, drive: Drive, call: Call) -> None:
        """The courier takes over all that an agency has ready at its point."""
        self.courier(drive.courier).post(f"/courier/stops/{call.stop}/collect", {}).wanted(303)

    def hand_over(
        self,
        drive: Drive,
        call: Call,
        numbers: Sequence[str],
        receiver: str,
        at: datetime,
        phone: Mapping[str, str],
    ) -> Reply:
        """The courier hands over at a door, and takes what is due; `phone` is what it says of where it is."""
        fields = [("outcome", "delivered"), ("receiver", receiver), ("paid", "cash"), ("occurred_at", at.isoformat())]
        fields += [("proof", proof) for proof in _PROOFS[receiver]] + [("number", number) for number in numbers]
        fields += phone.items()
        if receiver != "addressee":
            fields.append(("receiver_name", "Người nhà"))
        return self.courier(drive.courier).post(f"/courier/stops/{call.stop}/report", fields)

    def transferred(self, drive: Drive, call: Call, number: str, at: datetime) -> bool:
        """The people at a door pay by VietQR: the courier shows the code, the bank tells the post.

        Says whether anything was paid: nothing is where nothing is due.
        """
        phone = self.courier(drive.courier)
        asked = phone.post(f"/courier/stops/{call.stop}/transfer", {"number": number})
        if asked.status != 303 or "/transfer" not in asked.where:
            return False
        shown = phone.get(asked.where)
        amount = re.search(r'<p class="money"[^>]*>[^<]*<b>([\d.]+)', shown.text)
        if shown.status != 200 or amount is None:
            return False
        credit = Credit(
            reference=f"FT{at:%y%m%d}{number[2:11]}",
            amount=int(amount[1].replace(".", "")),
            content=f"MBVCB.{number[2:8]}.{number} chuyen tien cuoc",
            paid_at=at,
        )
        state = self._bank.tell(self._server, credit)
        if state != "matched":
            raise Unexpected(f"{number}: the bank's notice of what the code asked for is {state}.")
        return True

    def fail(
        self, drive: Drive, call: Call, number: str, reason: str, at: datetime, asked_for: date | None = None
    ) -> Reply:
        """The courier reports why a door stayed shut; a reason that the phone lacks is dictated by the desk."""
        fields = {"number": number, "outcome": reason, "called": "yes", "occurred_at": at.isoformat()}
        if asked_for is not None:
            fields["asked_for"] = asked_for.isoformat()
        return self.courier(drive.courier).post(f"/courier/stops/{call.stop}/report", fields)

    def back(self, drive: Drive, numbers: Sequence[str]) -> None:
        """The clerk's evening scan of what a courier brings back."""
        self._do(f"/desk/routes/{drive.id}/back", {"numbers": "\n".join(numbers)})

    def close_shifts(self) -> int:
        """Each courier with cash hands it in, the clerk counts it note by note; says how much came, in đồng.

        Now and then the purse is short: the page then asks for the reason and who answers for it.
        """
        page = self.clerk.get("/desk/cash").wanted(200).text
        taken = 0
        for path, name in re.findall(rf'href="(/desk/cash/couriers/{_UUID})">[^<]*<span[^>]*> ([^<]+)</span>', page):
            purse = self.courier(self.login_of(html.unescape(name))).get("/courier/cash").wanted(200).text
            carried = _dong(purse, r'<p class="in-hand">([\d.]+)')
            counted = carried - SHORT if carried > SHORT and carried % ONE_IN == 0 else carried
            self.clerk.get(path).wanted(200)
            answer = self.clerk.post(path, _notes(counted))
            if counted != carried:
                asked = answer.wanted(409).text
                owner = re.search(rf'<option value="({_UUID})"', asked)
                assert owner is not None
                fields = {"reason": "wrong_change", "owner": owner[1], "expected": str(carried)}
                answer = self.clerk.post(path, {**_notes(counted), **fields})
            answer.wanted(303)
            taken += counted
        return taken

    def pay_in(self, day: date) -> None:
        """The clerk takes what the till holds to the bank."""
        page = self.clerk.get("/desk/cash").wanted(200).text
        offered = {name: _dong(page, rf'name="{name}"[^>]*value="(-?[\d.]+)') for name in ("postage", "agency_fee")}
        if any(offered.values()):
            slip = f"NT{day:%y%m%d}-{self.ward.code[-5:]}"
            self._do("/desk/cash/deposit", {"slip": slip, **{name: str(sum_) for name, sum_ in offered.items()}})

    def mend(self, number: str, address: str, commune: int) -> None:
        """The clerk reads an unclear address and says which commune it means."""
        self._do(f"/desk/review/{number}", {"address": address, "commune": str(commune)})

    def note_contact(self, number: str, reason: str) -> None:
        """The clerk tried in vain to reach an addressee."""
        self._do(f"/desk/items/{number}/contact", {"reason": reason, "channel": "call"})

    def post_letters(self, day: date) -> int:
        """The clerk posts the invitations that go by letter; says how many."""
        page = self.clerk.get("/desk/letters").wanted(200).text
        letters = re.findall(rf'action="/desk/letters/({_UUID})/posted"', page)
        for place, letter in enumerate(letters, 1):
            self._do(f"/desk/letters/{letter}/posted", {"proof": f"RR{day:%y%m%d}{self.ward.code[-3:]}{place:03d}VN"})
        return len(letters)

    def give_out(self, number: str, receiver: str) -> None:
        """The clerk hands over at the counter, and takes what is due."""
        fields = [("receiver", receiver), ("paid", "cash"), *(("proof", proof) for proof in _PROOFS[receiver])]
        self.clerk.post(f"/desk/counter/{number}/collect", fields).wanted(303)

    def redeliver(self, number: str, day: date) -> None:
        """The addressee asks the counter for another visit."""
        self._do(f"/desk/counter/{number}/redeliver", {"day": day.isoformat(), "half_day": ""})

    def open_incident(self, number: str, kind: str) -> None:
        """The clerk reports what happened to an envelope."""
        self._do("/desk/incidents", {"number": number, "kind": kind.lower()})

    def incidents(self) -> dict[str, str]:
        """The open inquiries: number → the inquiry's id."""
        page = self.clerk.get("/desk/incidents").wanted(200).text
        return dict(_paired(page, rf"/desk/incidents/({_UUID})/close"))

    def close_incident(self, inquiry: str, outcome: str) -> None:
        """The clerk ends an inquiry: continued, returned or lost."""
        self._do(f"/desk/incidents/{inquiry}/close", {"outcome": outcome})

    def make_return_manifests(self) -> int:
        """The clerk lists what goes back to each point; says for how many points."""
        page = self.clerk.get("/desk/returns").wanted(200).text
        points = re.findall(r'name="point" value="([^"]+)"', page)
        for point in points:
            self._do("/desk/returns", {"point": html.unescape(point)})
        return len(points)

    def count(self, numbers: Sequence[str]) -> list[str]:
        """The clerk scans the shelf and closes the day; gives what the count could not explain, a line each."""
        asked = {"numbers": "\n".join(numbers)} if numbers else {"all": "yes"}
        page = self.clerk.get(self.clerk.post("/desk/count", asked).wanted(303).where).wanted(200).text
        rows = re.findall(r"<tr><th[^>]*>(.*?)</th><td>(.*?)</td>", page, re.DOTALL)
        return [f"{number.strip()}: {why}" for number, why in rows if why.strip() in _UNACCOUNTED]

    def _do(self, path: str, fields: dict[str, str]) -> None:
        self.clerk.post(path, fields).wanted(303)

    def _signed_in(self, login: str) -> Browser:
        browser = self._browsers.get(login)
        if browser is None:
            browser = Browser(self._server)
            browser.sign_in(login, PASSWORD)
            self._browsers[login] = browser
        return browser


class Citizen:
    """An addressee with the link from the message."""

    def __init__(self, server: Server, token: str) -> None:
        self._browser = Browser(server)
        self._page = self._browser.get(f"/t/{token}").wanted(303).where

    def choose(self, fields: dict[str, str]) -> Reply:
        """Open the page, then send one of its forms."""
        self._browser.read_token(self._browser.get(self._page).wanted(200))
        return self._browser.post(f"{self._page}/chon", fields)


def _seconds(hour: str, minute: str) -> int:
    return int(hour) * 3600 + int(minute) * 60


def _dong(page: str, pattern: str) -> int:
    found = re.search(pattern, page)
    return 0 if found is None else int(found[1].replace(".", ""))


def _notes(amount: int) -> dict[str, str]:
    fields = {}
    for value in NOTES:
        fields[f"notes_{value}"], amount = str(amount // value), amount % value
    return {**fields, "loose": str(amount)}


def _paired(page: str, pattern: str) -> list[tuple[str, str]]:
    """Each match of `pattern` with the item number that was shown last before it."""
    pairs = []
    number = ""
    for found in re.finditer(rf"/desk/items/({NUMBER})|{pattern}", page):
        if found[1]:
            number = found[1]
        else:
            pairs.append((number, found[2]))
    return pairs
