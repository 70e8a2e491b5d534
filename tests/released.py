"""Two published releases of one province: communes that differ clearly, one too small, one near the end of the scale.

The bundles are made by the real functions from made-up answers, and stored as the services store them.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import analysis
from analysis import annual
from instruments.load import shipped
from survey_app.models import Release
from survey_app.services import release_files
from tests.factories import a_round
from tests.figures import POLYGLOT

TOP, TOO_FEW, HIGH, ALONE = "minh-hai", "xa-10", "xa-1", "so-tu-phap"
SATISFIED = {HIGH: 0.97, **{f"xa-{k}": 0.95 - 0.045 * k for k in range(2, 10)}, TOO_FEW: 0.8, ALONE: 0.8}
ANSWERS = dict.fromkeys(SATISFIED, 150) | {TOO_FEW: 18}
COMMUNES = ["Đông Ngũ", "Ặ Ễ Ỗ", "Hòa Bình", "Ea Nam", "Tân Phú", "An Khánh", "Bình Minh", "Phú Lộc", POLYGLOT, "Nhỏ"]
NAMES = {TOP: "Tỉnh Minh Hải", ALONE: "Sở Tư pháp"} | {f"xa-{k}": f"Xã {n}" for k, n in enumerate(COMMUNES, start=1)}
FIRST, SECOND = "minh-hai-2024", "minh-hai-2025"
WHY = "Đếm nhầm hồ sơ của một xã."
CHANGED = {"file": "results/overall.csv", "unit": "xa-5", "statistic": "overall", "column": "estimate"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))


def protocol():
    """What was decided beforehand."""
    kinds = dict.fromkeys(SATISFIED, "commune") | {TOP: "province", ALONE: "department"}
    tree = {TOP: None, **dict.fromkeys(SATISFIED, TOP)}
    return {"tree": tree, "names": NAMES, "kinds": kinds, "seed": 7, "grades": ["G1"]}


def answers(instrument, seed, shift):
    """Answers of every unit: a mood of its people, and questions that go better or worse than others."""
    chance = np.random.Generator(np.random.PCG64(seed))
    unit = np.repeat(list(ANSWERS), list(ANSWERS.values()))
    share = np.array([min(SATISFIED[u] + shift, 0.985) for u in unit.tolist()])
    items = len(instrument.scored_items())
    chances = np.clip(share[:, None] + chance.normal(0, 0.08, (len(unit), 1)) - 0.01 * np.arange(items), 0.03, 0.99)
    good = chance.random((len(unit), items)) < chances
    level = np.where(good, chance.choice([4, 5], good.shape), chance.choice([1, 2, 3], good.shape, p=[0.1, 0.3, 0.6]))
    grade = np.full(len(unit), "G1")
    return annual.Responses(unit, unit, unit, {}, level.astype(np.int8), grade)


def contents(key, name, year, *, earlier=None, seed=1, shift=0.0):
    """Inputs of one release."""
    instrument = shipped(key)
    unit = np.array(list(ANSWERS))
    drawn = np.array([2 * n for n in ANSWERS.values()], dtype=np.int64)
    frame = annual.Frame(unit, unit, unit, np.full(len(unit), ""), {}, drawn * 2, drawn)
    made = annual.estimate(answers(instrument, seed, shift), frame, instrument, protocol())
    asked = {TOP: 1650, **ANSWERS}
    counts = [(u, 4 * n, 2 * n, 0, n + n // 5, n - n // 10, n // 10, 0, 0, 0, n) for u, n in asked.items()]
    release = analysis.release
    before = release.EARLIER if earlier is None else release.figures_for_later(earlier)
    past = None if earlier is None else release.past_with(release.history_of([earlier], set(NAMES)), (), ())
    facts = analysis.release.Facts(
        id=name,
        version=1,
        url=f"https://sipas.example/releases/{name}/1",
        title_vi=f"Chỉ số hài lòng, tỉnh Minh Hải {year}",
        title_en=f"Satisfaction with administrative services, Minh Hải {year}",
        publisher="UBND tỉnh Minh Hải",
        place="Tỉnh Minh Hải",
        round=f"MH-{year}",
        instrument=key,
        period=(f"{year}-01-01", f"{year}-12-31"),
        field=(f"{year}-01-01", f"{year + 1}-01-31"),
        announced=f"{year + 1}-03-01T08:00+07:00",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        software="sipas",
        earlier=() if earlier is None else (analysis.release.digest(earlier["SHA256SUMS"]),),
        previous="" if earlier is None else f"{FIRST}/1",
    )
    return analysis.release.Contents(
        facts,
        annual.complete(protocol(), instrument),
        analysis.release.codebook(instrument),
        analysis.release.cell_table(made.cells),
        analysis.release.fieldwork_table(counts),
        before,
        {"weights": made.weight_report, "disclosure": made.disclosure_report, "integrity": {"flagged": 0}},
        past=past,
    )


@lru_cache(maxsize=1)
def bundles(key):
    """Signed files of last year's release, of this year's, and of its correction."""

    def signed(made):
        return analysis.release.signed(analysis.release.build(made), KEY)

    first = signed(contents(key, FIRST, 2024, seed=3, shift=-0.06))
    made = contents(key, SECOND, 2025, earlier=first)
    corrected = replace(made, facts=replace(made.facts, version=2, erratum=WHY))
    return first, signed(made), signed(corrected)


def store(installation, row, name, files, *, version=1, erratum=None, changes=(), published=None):
    """Keep a bundle as a published release of a round."""
    at = published or datetime(2026, 2, 1, 1, tzinfo=UTC)
    with installation.database.write() as session:
        session.add(
            Release(
                round_id=row.id,
                name=name,
                version=version,
                state="published",
                sums_sha256=analysis.release.digest(files["SHA256SUMS"]),
                file_sha256=release_files.store(installation, analysis.release.packed(files)),
                key_id=analysis.release.key_id(KEY.public_key()),
                release_at=at,
                computed_at=at - timedelta(days=9),
                computed_by="tinh.toan",
                checked_at=at - timedelta(days=8),
                checked_by="kiem.tra",
                signed_at=at - timedelta(days=7),
                signed_by="lanh.dao",
                published_at=at,
                erratum=erratum,
                changes=list(changes),
            )
        )


def two_years(installation, key="kiosk-short/1"):
    """Publish last year's release, this year's, and a correction of it; return the files of the three."""
    rounds = {
        year: a_round(
            installation,
            desks=(),
            code=f"MH-{year}",
            title=f"Đo lường sự hài lòng năm {year}",
            instrument_key=key,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            state="published",
            announced_at=datetime(year, 12, 1, tzinfo=UTC),
            release_at=datetime(2026, 1, year - 2015, 1, tzinfo=UTC),
        )
        for year in (2024, 2025)
    }
    first, second, third = bundles(key)
    changes = [CHANGED | {"before": "74.10", "after": "75.33"}]
    store(installation, rounds[2024], FIRST, first, published=rounds[2024].release_at)
    store(installation, rounds[2025], SECOND, second)
    later = datetime(2026, 2, 20, 1, tzinfo=UTC)
    store(installation, rounds[2025], SECOND, third, version=2, erratum=WHY, changes=changes, published=later)
    return first, second, third
