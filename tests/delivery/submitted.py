"""Submissions as an agency's program would make them: real commune names, invented people."""

from delivery.rules.codes import parse_dossier_code
from delivery.rules.phones import parse_phone
from delivery.rules.submissions import GivenAddress, Paper, Recipient, Submission

SAI_GON = "12 Lê Duẩn, Phường Sài Gòn, Thành phố Hồ Chí Minh"
TAN_DINH = "45/6 Trần Quang Khải, Phường Tân Định, Thành phố Hồ Chí Minh"
NOWHERE = "nhà ông Ba, gần cây đa"


def submission(
    reference: str = "A-1",
    *,
    address: str = TAN_DINH,
    phone: str | None = "0912345678",
    payer: str | None = None,
    agency_fee: int = 0,
    weight_g: int = 100,
    waivers: tuple[str, ...] = (),
    point: str = "P1",
    name: str = "Trần Thị Thử",
    location: tuple[float, float] | None = None,
) -> Submission:
    """A good submission, but for what the test changes."""
    return Submission(
        agency_reference=reference,
        dossier_code=parse_dossier_code("000.00.01.H29-261130-0420"),
        point=point,
        return_point=None,
        service="result_return",
        weight_g=weight_g,
        agency_fee=agency_fee,
        payer=payer,
        waivers=waivers,
        due_day=None,
        documents=(Paper(kind="land_use_certificate", original=True, sheets=2),),
        addressee=Recipient(
            name=name,
            phone=parse_phone(phone) if phone else None,
            address=GivenAddress(text=address, location=location),
        ),
    )
