"""Postal and economic regions, dated: which provinces belong to which, by whose decision.

What ships is data of this release and is loaded once; afterwards the rows are the installation's own, and
`flask communes load --from FILE` changes them. Sources:

- postal: Decision 2475/QĐ-BTTTT of 29 December 2017, the ten zones of the national postal code by its first digit.
  It speaks of the provinces of before July 2025, so its members are former provinces; no decision that draws
  the zones anew for the 34 provinces was at hand when this was written.
- economic: Resolution 306/NQ-CP of 5 October 2025, which adjusts the national master plan for 2021–2030 and sorts
  the 34 provinces into six socio-economic regions.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, exists, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delivery.store.base import Base, Code, as_text


class RegionKind(StrEnum):
    """Whose division of the country it is."""

    POSTAL = "postal"
    ECONOMIC = "economic"


class Region(Base):
    """A postal zone or a socio-economic region; `source` is the decision that drew it."""

    __tablename__ = "regions"

    code: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[RegionKind] = mapped_column(as_text(RegionKind, "kind"))
    name: Mapped[str]
    source: Mapped[str]


class RegionMember(Base):
    """A province in a region, by its full name; `former`: a province of before July 2025, not one of today."""

    __tablename__ = "region_members"
    __table_args__ = (CheckConstraint("valid_until > valid_from", name="days"),)

    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), primary_key=True)
    province: Mapped[str] = mapped_column(primary_key=True)
    former: Mapped[bool] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date | None]


_CITIES = frozenset(("Hà Nội", "Hải Phòng", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ", "Huế"))

_POSTAL_SOURCE = "Quyết định 2475/QĐ-BTTTT ngày 29/12/2017"
_POSTAL_SINCE = date(2018, 1, 1)
_POSTAL = (
    "Quảng Ninh, Hải Phòng, Hải Dương, Thái Bình, Nam Định, Ninh Bình",
    "Hà Nội, Vĩnh Phúc, Bắc Ninh, Hưng Yên, Hà Nam",
    "Hà Giang, Cao Bằng, Tuyên Quang, Bắc Kạn, Lạng Sơn, Thái Nguyên, Bắc Giang",
    "Lai Châu, Lào Cai, Điện Biên, Yên Bái, Sơn La, Phú Thọ, Hòa Bình",
    "Thanh Hóa, Nghệ An, Hà Tĩnh, Quảng Bình, Quảng Trị, Huế",
    "Đà Nẵng, Quảng Nam, Quảng Ngãi, Bình Định, Phú Yên, Khánh Hòa, Ninh Thuận",
    "Kon Tum, Gia Lai, Đắk Lắk, Đắk Nông, Lâm Đồng, Bình Phước",
    "Hồ Chí Minh, Bình Dương, Đồng Nai, Bình Thuận, Bà Rịa - Vũng Tàu",
    "Tây Ninh, Long An, Tiền Giang, Đồng Tháp, Vĩnh Long, Bến Tre, Trà Vinh",
    "An Giang, Kiên Giang, Cần Thơ, Hậu Giang, Sóc Trăng, Bạc Liêu, Cà Mau",
)

_ECONOMIC_SOURCE = "Nghị quyết 306/NQ-CP ngày 05/10/2025"
_ECONOMIC_SINCE = date(2025, 10, 5)
_ECONOMIC = (
    (
        "Trung du và miền núi phía Bắc",
        "Lạng Sơn, Cao Bằng, Thái Nguyên, Tuyên Quang, Phú Thọ, Lào Cai, Lai Châu, Điện Biên, Sơn La",
    ),
    ("Đồng bằng sông Hồng", "Hà Nội, Hải Phòng, Ninh Bình, Hưng Yên, Bắc Ninh, Quảng Ninh"),
    ("Bắc Trung Bộ", "Thanh Hóa, Nghệ An, Hà Tĩnh, Quảng Trị, Huế"),
    ("Duyên hải Nam Trung Bộ và Tây Nguyên", "Đà Nẵng, Quảng Ngãi, Gia Lai, Đắk Lắk, Khánh Hòa, Lâm Đồng"),
    ("Đông Nam Bộ", "Hồ Chí Minh, Đồng Nai, Tây Ninh"),
    ("Đồng bằng sông Cửu Long", "Cần Thơ, Vĩnh Long, Đồng Tháp, An Giang, Cà Mau"),
)


def load_regions(session: Session) -> bool:
    """Write the regions of this release where there are none; says whether it did."""
    if session.scalar(select(exists(select(Region.code)))):
        return False
    zones = [
        (f"postal-{digit}", f"Vùng {digit + 1} (mã bưu chính bắt đầu bằng {digit})", names)
        for digit, names in enumerate(_POSTAL)
    ]
    areas = [(f"economic-{number}", name, names) for number, (name, names) in enumerate(_ECONOMIC, 1)]
    session.execute(
        insert(Region),
        [
            {"code": code, "kind": kind, "name": name, "source": source}
            for kind, source, regions in (
                (RegionKind.POSTAL, _POSTAL_SOURCE, zones),
                (RegionKind.ECONOMIC, _ECONOMIC_SOURCE, areas),
            )
            for code, name, _ in regions
        ],
    )
    session.execute(
        insert(RegionMember),
        [
            {"region_code": code, "province": _full(name), "former": former, "valid_from": since}
            for former, since, regions in ((True, _POSTAL_SINCE, zones), (False, _ECONOMIC_SINCE, areas))
            for code, _, names in regions
            for name in names.split(", ")
        ],
    )
    return True


def _full(name: str) -> str:
    return f"{'Thành phố' if name in _CITIES else 'Tỉnh'} {name}"


class RegionsOfDay:
    """Which region each province was in on one day."""

    def __init__(self, session: Session, day: date) -> None:
        self._of: dict[tuple[RegionKind, bool, str], Region] = {}
        began = select(Region.kind, func.min(RegionMember.valid_from)).join_from(RegionMember, Region)
        self._since = dict(session.execute(began.group_by(Region.kind)).all())
        self._day = day
        query = (
            select(Region, RegionMember)
            .join(RegionMember, RegionMember.region_code == Region.code)
            .where(
                RegionMember.valid_from <= day, or_(RegionMember.valid_until.is_(None), RegionMember.valid_until > day)
            )
            .order_by(RegionMember.valid_from)
        )
        self.twice: list[str] = []
        for region, member in session.execute(query):
            key = (region.kind, member.former, member.province)
            if key in self._of:
                self.twice.append(f"{member.province} is in {self._of[key].code} and in {region.code}.")
            self._of[key] = region

    def drawn(self, kind: RegionKind) -> bool:
        """Whether regions of the kind were drawn by then; also True when none are loaded at all."""
        return self._since.get(kind, self._day) <= self._day

    def of(self, kind: RegionKind, province: str, former: str | None) -> Region | None:
        """The region of a place in `province` that lay in the `former` province; the older division goes by that."""
        found = self._of.get((kind, False, province))
        if found is None and former is not None:
            found = self._of.get((kind, True, former))
        return found


def change_members(session: Session, day: date, placed: Mapping[str, str]) -> int:
    """Put provinces of today (full name → region code) into regions from `day` on; says how many changed.

    The codes must be of regions that are there. A province leaves the region of the same kind that it was in.
    """
    changed = 0
    for province, code in placed.items():
        kind = session.get_one(Region, code).kind
        current = session.scalars(
            select(RegionMember)
            .join(Region, Region.code == RegionMember.region_code)
            .where(
                Region.kind == kind,
                RegionMember.province == province,
                RegionMember.former.is_(False),
                RegionMember.valid_from <= day,
                or_(RegionMember.valid_until.is_(None), RegionMember.valid_until > day),
            )
        ).all()
        if any(member.region_code == code for member in current):
            continue
        for member in current:
            if member.valid_from == day:
                session.delete(member)
            else:
                member.valid_until = day
        # What is loaded out of order ends where a later change begins.
        until = session.scalar(
            select(func.min(RegionMember.valid_from))
            .join(Region, Region.code == RegionMember.region_code)
            .where(Region.kind == kind, RegionMember.province == province, RegionMember.former.is_(False))
            .where(RegionMember.valid_from > day)
        )
        session.add(RegionMember(region_code=code, province=province, former=False, valid_from=day, valid_until=until))
        changed += 1
    session.flush()
    return changed
