"""A two-stage round goes the whole way: frame, draw, answers, close, release, and a stranger's check."""

import csv
import io
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import analysis
from survey_app.cli import sipas
from survey_app.models import Dossier, Round, SampleCell, SampleMember
from survey_app.services import (
    collection,
    contacts,
    flush,
    frame,
    invitations,
    publication,
    release_list,
    releases,
    rounds,
    sample_draw,
)
from tests import closed_round
from tests.conftest import Clock, opened_installation
from tests.factories import a_person
from tests.province import ITEMS

PASSPHRASE = "mot hai ba bon nam"
SIZES = (420, 150, 180, 130, 140, 160, 170)  # the first is so large that it is taken for sure
ANSWERED = 40  # of 60 drawn in each commune


@pytest.fixture(scope="module")
def published(_sqlite_template, tmp_path_factory):
    """A published release of a round with four communes drawn of seven; files, cells, answers by commune."""
    folder = tmp_path_factory.mktemp("two-stages")
    (folder / "sipas.sqlite").write_bytes(_sqlite_template.read_bytes())
    clock = Clock()
    with opened_installation(f"sqlite:///{folder / 'sipas.sqlite'}", folder, clock) as installation:
        design = {"stages": 2, "first_stage_units": 4, "first_stage_method": "pps"}
        made = closed_round.make(installation, sizes=SIZES, design=design)
        frame.freeze(installation, made.code)
        sample_draw.draw(installation, made.code)
        with installation.database.write() as session:
            row = session.get(Round, made.row.id)
            row.state = "field"
            row.announced_at, row.release_at = clock.now - timedelta(days=40), clock.now + timedelta(hours=2)
        given = answered(installation, made)
        contacts.outcome(installation, made.code, "xa-1", {"refused": 6, "ineligible": 11, "not_reached": 3})
        flush.close(installation, made.code)
        publication.refresh(installation, made.code)
        people = [a_person(installation, f"p{k}", row.unit_id, "computer", "checker", "signer") for k in range(3)]
        _, public = installation.keys.create_release(PASSPHRASE)
        releases.build(installation, made.code, people[0])
        releases.check(installation, made.code, people[1])
        key = installation.settings.key_folder / "release" / "release.key"
        releases.sign(installation, made.code, people[2], key, PASSPHRASE)
        clock.now += timedelta(hours=3)
        releases.publish(installation, made.code, people[2])
        bundle = folder / "bundle.zip"
        release_list.copy_out(installation, made.code, bundle)
        with installation.database.read() as session:
            cells = session.scalars(select(SampleCell)).all()
            state = rounds.by_code(session, made.code).state
    return bundle, public, cells, given, state


def answered(installation, made):
    """Forty answers in each drawn commune; satisfied with the general question, by commune: all but 6, 9, 12 ..."""
    with installation.database.read() as session:
        found = select(Dossier.dossier_code, SampleMember.stratum_number).join(SampleMember)
        stratum = dict(session.execute(found).all())
        psu = {cell.stratum_number: cell.psu for cell in session.scalars(select(SampleCell))}
    slips: dict[str, list[str]] = {}
    for slip in invitations.issue_for_unit(installation, made.code, "minh-hai").slips:
        slips.setdefault(psu[stratum[slip.dossier_code]], []).append(slip.token)
    given = {}
    for place, name in enumerate(sorted(slips)):
        given[name] = [4 if k >= 6 + 3 * place else 2 for k in range(ANSWERED)]
        for k, token in enumerate(slips[name][:ANSWERED]):
            raw = {"q00": str(given[name][k])} | {
                item: str(2 + (k * n + place) % 4) for n, item in enumerate(ITEMS[1:])
            }
            sent = collection.Submission(token, k.to_bytes(16), raw, "vi", seconds=120.0)
            assert collection.submit(installation, sent).outcome == "stored"
    return given


def rows(bundle, name):
    return list(csv.DictReader(io.StringIO(analysis.release.opened(bundle)[name].decode())))


def general(bundle):
    return {row["unit"]: row for row in rows(bundle, "results/items.csv") if row["statistic"] == "share:q00"}


def test_the_round_is_published_and_a_stranger_says_yes(published):
    bundle, public, _, _, state = published
    told = CliRunner().invoke(sipas, ["verify", str(bundle), "--key", str(public)])
    assert told.exit_code == 0, told.output
    assert state == "published"


def test_the_provinces_index_stands_for_the_communes_that_were_not_drawn(published):
    """By hand: the mean of the communes' shares, each weighed by its dossiers over its chance of being drawn."""
    bundle, _, cells, given, _ = published
    stands_for: dict[str, float] = {}
    for cell in cells:
        stands_for[cell.psu] = stands_for.get(cell.psu, 0.0) + cell.dossiers / cell.psu_probability
    share = {psu: sum(level == 4 for level in levels) / len(levels) for psu, levels in given.items()}
    expected = 100 * sum(stands_for[psu] * share[psu] for psu in share) / sum(stands_for.values())
    told = general(bundle)["minh-hai"]
    assert float(told["estimate"]) == pytest.approx(expected, abs=0.6)  # sums are rounded to whole median weights
    assert int(told["n"]) == 4 * ANSWERED
    drawn = {cell.psu for cell in cells if cell.psu_probability < 1}
    assert int(told["df"]) == len(drawn) - 1


def test_a_drawn_commune_has_a_figure_of_its_own_with_the_error_of_its_dossiers(published):
    bundle, _, cells, given, _ = published
    told = general(bundle)
    own = {psu: told[psu] for psu in given if psu in told}
    assert own
    for psu, row in own.items():
        if not row["se"]:
            continue
        levels = given[psu]
        p, n = sum(level == 4 for level in levels) / len(levels), len(levels)
        dossiers = sum(cell.dossiers for cell in cells if cell.psu == psu)
        simple = 100 * ((1 - n / dossiers) * p * (1 - p) / (n - 1)) ** 0.5
        assert row["label"] == "conditional on the commune drawn"
        assert 0.3 * simple < float(row["se"]) < 2.5 * simple  # from four parts of ten answers
    units = {row["unit"]: row for row in rows(bundle, "data/units.csv")}
    assert "minh-hai.not-drawn" in units


def test_a_bundle_tells_what_became_of_everybody_who_was_asked(published):
    """75 of the commune that is sure were asked: 40 answered, 6 refused, 11 not eligible, 3 not reached, 15 unknown."""
    bundle = published[0]
    told = {row["unit"]: row for row in rows(bundle, "data/fieldwork.csv")}["xa-1"]
    names = ("invited", "ineligible", "refused", "not_reached", "other", "unknown")
    assert {name: int(told[name]) for name in names} == dict(zip(names, (75, 10, 5, 5, 0, 15), strict=True))
    assert int(told["complete"]) + int(told["partial"]) == ANSWERED
    # From the printed counts: RR2 = 40 / 65, REF1 = 5 / 65, e = 50 / 60.
    rates = {row["unit"]: row for row in rows(bundle, "results/rates.csv")}["xa-1"]
    assert [rates[name] for name in ("response_rate", "refusal_rate", "eligible_share")] == ["61.5", "7.7", "83.3"]
