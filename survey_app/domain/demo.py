"""A made-up province: its units, dossiers and citizens, the same from the same seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from instruments.model import Instrument, ItemKind

PROVINCE = "song-may"
FIELDS = ("Đất đai", "Hộ tịch", "Chứng thực", "Xây dựng", "Đăng ký kinh doanh")
LEVEL_STEPS = (-2.1, -1.3, -0.4, 0.9)  # thresholds between the five levels on the latent scale
POLYGLOT = "\"'><svg onload=alert(1)>{{7*7}}${7*7}=cmd|'/c calc'!A1"  # must come out everywhere as plain text


@dataclass(frozen=True)
class Agency:
    """An agency with its desk, how many dossiers it returns a year, and how well it serves."""

    slug: str
    name: str
    kind: str
    desk: str
    desk_name: str
    per_year: int
    quality: float
    h_code: str


COMMUNES = (
    ("hoa-binh", "Phường Hoà Bình", 760, 0.9),
    ("an-khanh", "Phường An Khánh", 600, 0.5),
    ("tan-lap", "Xã Tân Lập", 440, 0.2),
    ("ea-nam", "Xã Ea Nam", 330, -0.3),
    ("ba-to", "Xã Bãi Sậy", 260, 1.1),
    ("dao-yen", "Đặc khu Đảo Yên", 45, 0.7),
)
DEPARTMENTS = (
    ("so-xay-dung", "Sở Xây dựng", 400, 0.1),
    ("so-tai-chinh", "Sở Tài chính", 330, 0.5),
)


def agencies() -> tuple[Agency, ...]:
    """Agencies of the province; departments share the desk of the provincial centre."""
    made = [
        Agency(slug, name, "commune", f"{slug}-desk", f"Bộ phận Một cửa {name}", n, q, f"H99.{place:03}")
        for place, (slug, name, n, q) in enumerate(COMMUNES, start=1)
    ]
    made += [
        Agency(slug, name, "department", "centre-desk", "Quầy tiếp nhận của Trung tâm", n, q, f"H99.{place:03}")
        for place, (slug, name, n, q) in enumerate(DEPARTMENTS, start=101)
    ]
    return tuple(made)


def unit_rows(since: date) -> list[dict[str, str]]:
    """Rows of a unit list, parents first."""
    day = since.isoformat()
    rows = [
        _unit(PROVINCE, "province", "Tỉnh Sông Mây", "", day, "H99"),
        _unit("centre", "service_centre", "Trung tâm Phục vụ hành chính công tỉnh", PROVINCE, day, "H99.900"),
        _unit("centre-desk", "desk", "Quầy tiếp nhận của Trung tâm", "centre", day, "H99.901"),
    ]
    for agency in agencies():
        rows.append(_unit(agency.slug, agency.kind, agency.name, PROVINCE, day, agency.h_code))
        if agency.kind == "commune":
            rows.append(_unit(agency.desk, "desk", agency.desk_name, agency.slug, day, ""))
    return rows


def dossier_rows(first: date, last: date, seed: int) -> Iterator[dict[str, str]]:
    """Rows of dossiers returned from `first` to `last` (both included), in the headings of the demo's mapping."""
    for place, agency in enumerate(agencies(), start=1):
        chance = random.Random(f"{seed} {agency.slug} {first}")  # noqa: S311 - made-up data, the same each time
        days = (last - first).days + 1
        for n in range(round(agency.per_year * days / 365)):
            returned = first + timedelta(days=chance.randrange(days))
            yield _dossier(agency, place, n, returned, chance)


def _unit(slug: str, kind: str, name: str, parent: str, since: str, h_code: str) -> dict[str, str]:
    return {"slug": slug, "kind": kind, "name": name, "parent": parent, "valid_from": since, "h_code": h_code}


def _dossier(agency: Agency, place: int, n: int, returned: date, chance: random.Random) -> dict[str, str]:
    """One dossier; about one in eight is late, one in twelve ends without a result."""
    received = returned - timedelta(days=chance.randrange(1, 25))
    late = chance.random() < 0.12
    due = returned - timedelta(days=chance.randrange(1, 6)) if late else returned + timedelta(days=chance.randrange(4))
    outcome = chance.choices(("10", "8", "7"), (92, 5, 3))[0]
    hour = chance.randrange(8, 17)
    return {
        "MaHoSo": f"H99.{place:03}-{received:%y%m%d}-{returned:%j}{n % 1000:03}",
        "MaTTHC": f"1.{chance.randrange(1, 40):06}",
        "LinhVuc": chance.choices(FIELDS, (40, 25, 20, 10, 5))[0],
        "DonViTiepNhan": agency.desk,
        "DonViXuLy": agency.slug,
        "DoiTuong": chance.choices(("1", "2"), (9, 1))[0],
        "Kenh": chance.choices(("1", "2", "3"), (60, 35, 5))[0],
        "NgayTiepNhan": f"{received:%d/%m/%Y}",
        "NgayHenTra": f"{max(due, received):%d/%m/%Y}",
        "NgayKetThuc": f"{returned:%d/%m/%Y} {hour:02}:{chance.randrange(60):02}",
        "NgayTra": f"{returned:%d/%m/%Y} {hour:02}:59",
        "TrangThai": outcome,
    }


COMMENTS = (
    "Cán bộ hướng dẫn tận tình, tôi rất cảm ơn.",
    "Phải đi lại ba lần vì thiếu giấy tờ.",
    "Chờ hơi lâu nhưng mọi người lịch sự.",
    "Nên có thêm ghế ngồi cho người già.",
    "Gọi điện số 0912 345 678 mãi không ai nghe máy.",
    "Làm qua mạng rất tiện, không phải nghỉ làm.",
    POLYGLOT,
)


def answers(instrument: Instrument, agency: Agency, *, late: bool, chance: random.Random) -> Mapping[str, object]:
    """What one citizen answers: a mood of their own, the agency's quality, and worse where the result was late."""
    mood = chance.gauss(agency.quality - (1.0 if late else 0.0), 0.8)
    given: dict[str, object] = {}
    feedback = chance.random() < 0.25
    for item in instrument.items:
        if item.scale is not None:
            if item.ask_if is not None and not feedback:
                continue
            given[item.id] = _level(item.kind, mood, chance)
        elif item.id == "gave_feedback":
            given[item.id] = "yes" if feedback else "no"
        elif item.kind is ItemKind.COMMENT:
            if chance.random() < 0.3:
                given[item.id] = chance.choice(COMMENTS)
        elif item.choose > 1:
            given[item.id] = chance.sample(item.options, chance.randrange(1, item.choose + 1))
        elif item.ask_if is None and chance.random() < 0.9:
            given[item.id] = chance.choice(item.options)
    return {key: value for key, value in given.items() if value != 0}


def _level(kind: ItemKind, mood: float, chance: random.Random) -> int:
    """A level 1 to 5; now and then not applicable or left blank."""
    if kind is not ItemKind.GENERAL and chance.random() < 0.004:
        return chance.choice((0, 9))
    value = chance.gauss(mood, 0.7)
    return 1 + sum(value > step for step in LEVEL_STEPS)


def months(first: date, last: date) -> Sequence[tuple[date, date]]:
    """Calendar months between two days, the first and last cut to them."""
    found, start = [], first
    while start <= last:
        end = min(last, (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1))
        found.append((start, end))
        start = end + timedelta(days=1)
    return found


def evening(day: date, at: datetime) -> datetime:
    """Eight in the evening of a day, when the desks have closed, in the zone of `at`."""
    return at.replace(year=day.year, month=day.month, day=day.day, hour=20, minute=0, second=0, microsecond=0)
