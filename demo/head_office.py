"""Head office: two administrators, who give the agencies' fees back."""

import html
import re

from demo.client import Browser, Server
from demo.world import PASSWORD

ADMINISTRATORS = ("admin.1", "admin.2")
AUDITOR = "auditor"


class HeadOffice:
    """The money desk. Whoever lists the fees is not who records their transfer."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def remit(self) -> int:
        """Give every agency the fees that are ready; says in how many transfers."""
        lists, records = (self._signed_in(login) for login in ADMINISTRATORS)
        page = lists.get("/treasury/remittances").wanted(200).text
        drafts = re.findall(r'href="(/treasury/remittances/draw\?agency=[^"]+)"', page)
        for draft in drafts:
            shown = lists.get(html.unescape(draft)).wanted(200).text
            asked = dict(re.findall(r'<input type="hidden" name="(agency|through)" value="([^"]+)">', shown))
            through = re.search(r'name="through" value="([^"]+)"', shown)
            assert through is not None
            drawn = lists.post("/treasury/remittances", {"through": through[1], **asked}).wanted(303).where
            number = drawn.rpartition("/")[2]
            records.get(drawn).wanted(200)
            records.post(f"{drawn}/paid", {"bank_reference": f"UNC-{number}"}).wanted(303)
        return len(drafts)

    def _signed_in(self, login: str) -> Browser:
        browser = Browser(self._server)
        browser.sign_in(login, PASSWORD)
        return browser


def people(password_hash: str) -> list[dict[str, object]]:
    """Head office's part of the document that `flask parties load` reads."""
    names = {**dict.fromkeys(ADMINISTRATORS, "administrator"), AUDITOR: "auditor"}
    return [
        {"login": login, "name": f"Tài chính {number}", "role": role, "password_hash": password_hash}
        for number, (login, role) in enumerate(names.items(), 1)
    ]
