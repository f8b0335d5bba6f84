"""Why a delivery or a contact failed, whose fault that is, and what usually follows: one table, every reader's source.

The reason names a fault; the fault decides whether the attempt counts, who pays and which figure it goes into.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Fault(StrEnum):
    """Whose doing it was that nothing was handed over."""

    ADDRESSEE = "addressee"
    AGENCY = "agency"
    CARRIER = "carrier"
    NOBODY = "nobody"


class Counts(StrEnum):
    """Whether a failure uses up one of the visits that the policy allows."""

    YES = "yes"
    NO = "no"
    DECIDES = "decides"
    """It settles at once what happens, so there is nothing to count."""
    CONTACT_ONLY = "contact_only"
    """It counts as a fruitless contact and is never the reason of a visit."""


class Action(StrEnum):
    """What usually follows; the policy and the count may decide otherwise."""

    REATTEMPT = "reattempt"
    HOLD = "hold"
    RETURN = "return"
    AWAIT_ADDRESS = "await_address"
    OTHER_CHANNEL = "other_channel"
    INCIDENT = "incident"


class IncidentKind(StrEnum):
    """What an incident.opened event may say has happened to the envelope."""

    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    SEAL_BROKEN = "seal_broken"


class Reason(StrEnum):
    """Why nothing was handed over. The values stand in events and in the API: they never change their meaning."""

    NOT_HOME = "NOT_HOME"
    NO_ANSWER = "NO_ANSWER"
    BUSINESS_CLOSED = "BUSINESS_CLOSED"
    REQUESTED_LATER = "REQUESTED_LATER"
    REFUSED = "REFUSED"
    CHARGE_NOT_PAID = "CHARGE_NOT_PAID"
    ID_NOT_VERIFIED = "ID_NOT_VERIFIED"
    MOVED = "MOVED"
    UNKNOWN_ADDRESSEE = "UNKNOWN_ADDRESSEE"
    DECEASED = "DECEASED"
    ADDRESS_INCORRECT = "ADDRESS_INCORRECT"
    ADDRESS_INSUFFICIENT = "ADDRESS_INSUFFICIENT"
    UNTRACEABLE = "UNTRACEABLE"
    WRONG_NUMBER = "WRONG_NUMBER"
    PHONE_UNREACHABLE = "PHONE_UNREACHABLE"
    NO_ACCESS = "NO_ACCESS"
    NOT_ENOUGH_TIME = "NOT_ENOUGH_TIME"
    VEHICLE = "VEHICLE"
    MISROUTED = "MISROUTED"
    PROOF_MISSING = "PROOF_MISSING"
    DAMAGED = "DAMAGED"
    SEAL_BROKEN = "SEAL_BROKEN"
    LOST = "LOST"
    STOLEN = "STOLEN"
    WEATHER = "WEATHER"
    FORCE_MAJEURE = "FORCE_MAJEURE"


@dataclass(frozen=True, kw_only=True)
class About:
    """A row of the table. `vi` and `en` are what a person reads; `on_phone` reasons are the courier's to pick."""

    reason: Reason
    fault: Fault
    counts: Counts
    action: Action
    vi: str
    en: str
    on_phone: bool = False
    of_contact: bool = False
    incident: IncidentKind | None = None

    def __post_init__(self) -> None:
        if (self.incident is None) != (self.action is not Action.INCIDENT):
            raise ValueError(f"Reason {self.reason}: an incident needs a kind, and only an incident has one.")
        if self.counts is Counts.CONTACT_ONLY and not self.of_contact:
            raise ValueError(f"Reason {self.reason} counts for contacts only, but is not a reason of contacts.")

    @property
    def of_visit(self) -> bool:
        """Whether a visit can fail for it."""
        return self.counts is not Counts.CONTACT_ONLY

    def words(self, language: str) -> str:
        """The reason in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


_ROWS = (
    About(
        reason=Reason.NOT_HOME,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Người nhận vắng nhà",
        en="Addressee not at home",
    ),
    About(
        reason=Reason.NO_ANSWER,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        of_contact=True,
        vi="Gọi không có người trả lời",
        en="No answer",
    ),
    About(
        reason=Reason.BUSINESS_CLOSED,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Cơ quan, cửa hàng đóng cửa",
        en="Business closed",
    ),
    About(
        reason=Reason.REQUESTED_LATER,
        fault=Fault.ADDRESSEE,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Người nhận hẹn ngày khác",
        en="Addressee asked for another day",
    ),
    About(
        reason=Reason.REFUSED,
        fault=Fault.ADDRESSEE,
        counts=Counts.DECIDES,
        action=Action.RETURN,
        on_phone=True,
        vi="Người nhận từ chối nhận",
        en="Refused by the addressee",
    ),
    About(
        reason=Reason.CHARGE_NOT_PAID,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Người nhận chưa trả cước, lệ phí",
        en="Charge not paid",
    ),
    About(
        reason=Reason.ID_NOT_VERIFIED,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Không có giấy tờ tùy thân hoặc không có quyền nhận",
        en="Identity not verified, or not entitled to receive",
    ),
    About(
        reason=Reason.MOVED,
        fault=Fault.ADDRESSEE,
        counts=Counts.DECIDES,
        action=Action.AWAIT_ADDRESS,
        on_phone=True,
        vi="Người nhận đã chuyển đi",
        en="Addressee has moved",
    ),
    About(
        reason=Reason.UNKNOWN_ADDRESSEE,
        fault=Fault.ADDRESSEE,
        counts=Counts.DECIDES,
        action=Action.AWAIT_ADDRESS,
        on_phone=True,
        vi="Không có người nhận này tại địa chỉ",
        en="Addressee not known at the address",
    ),
    About(
        reason=Reason.DECEASED,
        fault=Fault.ADDRESSEE,
        counts=Counts.DECIDES,
        action=Action.AWAIT_ADDRESS,
        vi="Người nhận đã qua đời",
        en="Addressee deceased",
    ),
    About(
        reason=Reason.ADDRESS_INCORRECT,
        fault=Fault.AGENCY,
        counts=Counts.NO,
        action=Action.AWAIT_ADDRESS,
        on_phone=True,
        vi="Địa chỉ sai",
        en="Address incorrect",
    ),
    About(
        reason=Reason.ADDRESS_INSUFFICIENT,
        fault=Fault.AGENCY,
        counts=Counts.NO,
        action=Action.AWAIT_ADDRESS,
        vi="Địa chỉ thiếu",
        en="Address incomplete",
    ),
    About(
        reason=Reason.UNTRACEABLE,
        fault=Fault.AGENCY,
        counts=Counts.NO,
        action=Action.AWAIT_ADDRESS,
        vi="Không tìm thấy địa chỉ",
        en="Address cannot be found",
    ),
    About(
        reason=Reason.WRONG_NUMBER,
        fault=Fault.AGENCY,
        counts=Counts.CONTACT_ONLY,
        action=Action.OTHER_CHANNEL,
        of_contact=True,
        vi="Số điện thoại của người khác",
        en="Phone number is someone else's",
    ),
    About(
        reason=Reason.PHONE_UNREACHABLE,
        fault=Fault.ADDRESSEE,
        counts=Counts.CONTACT_ONLY,
        action=Action.OTHER_CHANNEL,
        of_contact=True,
        vi="Không liên lạc được qua điện thoại",
        en="Phone cannot be reached",
    ),
    About(
        reason=Reason.NO_ACCESS,
        fault=Fault.ADDRESSEE,
        counts=Counts.YES,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Không vào được nơi phát",
        en="No access to the address",
    ),
    About(
        reason=Reason.NOT_ENOUGH_TIME,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        on_phone=True,
        vi="Bưu tá không kịp phát",
        en="Courier ran out of time",
    ),
    About(
        reason=Reason.VEHICLE,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        vi="Xe của bưu tá hỏng",
        en="Courier's vehicle broke down",
    ),
    About(
        reason=Reason.MISROUTED,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        vi="Chuyển nhầm bưu cục hoặc nhầm tuyến",
        en="Sent to the wrong office or route",
    ),
    About(
        reason=Reason.PROOF_MISSING,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        vi="Thiếu bằng chứng phát",
        en="Proof of the visit is missing",
    ),
    About(
        reason=Reason.DAMAGED,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.INCIDENT,
        incident=IncidentKind.DAMAGED,
        vi="Bưu gửi hư hỏng",
        en="Item damaged",
    ),
    About(
        reason=Reason.SEAL_BROKEN,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.INCIDENT,
        incident=IncidentKind.SEAL_BROKEN,
        vi="Niêm phong bị rách",
        en="Seal broken",
    ),
    About(
        reason=Reason.LOST,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.INCIDENT,
        incident=IncidentKind.LOST,
        vi="Bưu gửi bị mất",
        en="Item lost",
    ),
    About(
        reason=Reason.STOLEN,
        fault=Fault.CARRIER,
        counts=Counts.NO,
        action=Action.INCIDENT,
        incident=IncidentKind.STOLEN,
        vi="Bưu gửi bị lấy cắp",
        en="Item stolen",
    ),
    About(
        reason=Reason.WEATHER,
        fault=Fault.NOBODY,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        vi="Thời tiết xấu",
        en="Bad weather",
    ),
    About(
        reason=Reason.FORCE_MAJEURE,
        fault=Fault.NOBODY,
        counts=Counts.NO,
        action=Action.REATTEMPT,
        vi="Bất khả kháng",
        en="Force majeure",
    ),
)

TABLE: Mapping[Reason, About] = MappingProxyType({row.reason: row for row in _ROWS})

ON_PHONE: tuple[Reason, ...] = tuple(row.reason for row in _ROWS if row.on_phone)
"""What a courier picks from, in the order shown: never more than twelve."""

OF_CONTACT: tuple[Reason, ...] = tuple(row.reason for row in _ROWS if row.of_contact)
"""Why a call or message led nowhere."""

OF_VISIT: tuple[Reason, ...] = tuple(row.reason for row in _ROWS if row.of_visit)
"""Why a visit failed, as a clerk may record it: the phone's reasons and the desk's."""


def about(reason: Reason) -> About:
    """The row of `reason`."""
    return TABLE[reason]


EDIFACT_9013: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOT_HOME: "6",
        Reason.NO_ANSWER: "6",
        Reason.BUSINESS_CLOSED: "7",
        Reason.REQUESTED_LATER: "15",
        Reason.REFUSED: "49",
        Reason.CHARGE_NOT_PAID: "46",
        Reason.ID_NOT_VERIFIED: "6",
        Reason.MOVED: "9",
        Reason.UNKNOWN_ADDRESSEE: "59",
        Reason.DECEASED: "21",
        Reason.ADDRESS_INCORRECT: "30",
        Reason.ADDRESS_INSUFFICIENT: "9",
        Reason.UNTRACEABLE: "59",
        Reason.WRONG_NUMBER: "39",
        Reason.PHONE_UNREACHABLE: "39",
        Reason.NO_ACCESS: "6",
        Reason.NOT_ENOUGH_TIME: "50",
        Reason.VEHICLE: "35",
        Reason.MISROUTED: "53",
        Reason.PROOF_MISSING: "37",
        Reason.DAMAGED: "14",
        Reason.SEAL_BROKEN: "4",
        Reason.LOST: "33",
        Reason.STOLEN: "48",
        Reason.WEATHER: "63",
        Reason.FORCE_MAJEURE: "62",
    }
)
"""The nearest code of UN/EDIFACT data element 9013 (status reason, list D.98A), for an agency that asks for it.

The choice of nearest is ours and loses detail: 9013 knows no deceased addressee (21, due to customer), no missing
identity (6, attempt unsuccessful) and no force majeure (62, unknown). Never translate back.
"""
