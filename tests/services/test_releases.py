"""The release of a round: three people, an embargo, files whole or not at all, corrections beside what stays."""

import json
import os
import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import analysis
from survey_app.cli import sipas
from survey_app.models import AuditEntry, Release, Stratum, UnitState
from survey_app.services import release_files, release_list, releases, rounds
from survey_app.services.errors import NotFoundError, RefusedError
from tests.conftest import Clock, empty_database, opened_installation
from tests.ready_to_release import CODE, PASSPHRASE, closed_round, later, public_key, published, sign, signing_key


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def place(installation):
    return closed_round(installation)


def verify(bundle, key, *more):
    result = CliRunner().invoke(sipas, ["verify", str(bundle), "--key", str(key), *map(str, more)])
    return result.exit_code, result.output


def test_three_people_make_a_release_and_a_stranger_says_yes(installation, place):
    three_people(installation, place)


def test_three_people_make_a_release_on_postgresql(request, tmp_path):
    with (
        empty_database("postgresql", request, tmp_path) as url,
        opened_installation(url, tmp_path / "own", Clock()) as installation,
    ):
        three_people(installation, closed_round(installation))


def three_people(installation, place):
    computed = releases.build(installation, CODE, place.computes)
    assert (computed.name, computed.version, computed.state) == ("minh-hai-r2026", 1, "computed")
    with pytest.raises(RefusedError, match="another person"):
        releases.check(installation, CODE, place.computes)
    releases.check(installation, CODE, place.checks)
    for actor in (place.computes, place.checks):
        with pytest.raises(RefusedError, match="another person"):
            sign(installation, actor)
    with pytest.raises(RefusedError, match="wrong passphrase"):
        releases.sign(installation, CODE, place.signs, signing_key(installation), "guessed it")
    signed = sign(installation, place.signs)
    assert signed.key_id == analysis.release.key_id(analysis.release.public_key(public_key(installation).read_bytes()))
    with pytest.raises(RefusedError, match="under embargo until"):
        releases.publish(installation, CODE, place.signs)
    with pytest.raises(NotFoundError):
        release_list.public_file(installation, signed.name, 1)
    at_the_minute = later(installation, hours=2)
    releases.publish(at_the_minute, CODE, place.signs)
    bundle = release_list.public_file(at_the_minute, signed.name, 1)
    code, said = verify(bundle, public_key(installation))
    assert code == 0, said
    assert "yes: minh-hai-r2026/1" in said
    files = analysis.release.opened(bundle)
    overall = files["results/overall.csv"].decode()
    assert "minh-hai,overall,80," in overall
    assert "xa-1,overall,40," in overall
    with installation.database.read() as session:
        assert rounds.by_code(session, CODE).state == "published"
        assert set(session.scalars(select(AuditEntry.action))) >= {
            f"release {step}" for step in ("computed", "checked", "signed", "published")
        }


def test_the_index_is_that_of_the_answers_weighted_to_the_register(installation, place):
    """Both communes returned 150 dossiers: every stratum stands for its dossiers."""
    releases.build(installation, CODE, place.computes)
    with installation.database.read() as session:
        digest = session.scalars(select(Release.file_sha256)).one()
        strata = {s.number: s for s in session.scalars(select(Stratum))}
    files = analysis.release.opened(release_files.path_of(installation, digest))
    protocol = json.loads(files["protocol.json"])
    assert protocol["tree"] == {"minh-hai": None, "xa-1": "minh-hai", "xa-2": "minh-hai"}
    assert protocol["names"]["minh-hai"] == "Tỉnh Minh Hải"
    domains = [line.split(",") for line in files["data/cells.csv"].decode().splitlines() if line.startswith("domain")]
    assert {line[1]: int(line[7]) for line in domains} == {"minh-hai": 300, "xa-1": 150, "xa-2": 150}
    assert strata


def test_a_scheduled_release_becomes_public_by_itself_at_its_minute_and_not_before(installation, place):
    releases.build(installation, CODE, place.computes)
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    releases.publish(installation, CODE, place.signs, scheduled=True)
    assert releases.due(later(installation, minutes=119)) == []
    assert releases.due(later(installation, minutes=120)) == [CODE]
    assert releases.publish_scheduled(later(installation, minutes=120), CODE).state == "published"
    assert releases.due(later(installation, minutes=121)) == []


def copied(row, **other):
    """The same row of the database, but for what is told."""
    values = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}
    return type(row)(**{name: value for name, value in (values | other).items() if name != "id"})


def test_a_release_that_does_not_list_one_published_meanwhile_is_computed_again(installation, place):
    """Every bundle lists all that were published before it, so that none can be put in between later."""
    releases.build(installation, CODE, place.computes)
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    with installation.database.write() as session:
        another = copied(rounds.by_code(session, CODE), code="R2026B", number=2, state="published")
        session.add(another)
        session.flush()
        mine = session.scalars(select(Release)).one()
        moment = installation.now()
        session.add(copied(mine, round_id=another.id, name="minh-hai-r2026b", sums_sha256="1" * 64, state="published",
                           published_at=moment, release_at=moment))  # fmt: skip
    with pytest.raises(RefusedError, match=r"Another release was published since .* Compute it again"):
        releases.publish(later(installation, hours=2), CODE, place.signs)


def test_a_correction_is_a_new_version_with_the_figures_that_changed_and_the_old_one_stays(installation, place):
    first = published(installation, place)
    after = later(installation, hours=3)
    with installation.database.write() as session:
        for number, stratum in enumerate(session.scalars(select(Stratum).order_by(Stratum.number))):
            stratum.register_count += number
        state = session.scalars(select(UnitState).where(UnitState.name == "Xã 1")).one()
        state.name = "Xã Một"
    with pytest.raises(RefusedError, match="release correct"):
        releases.build(after, CODE, place.computes)
    second = releases.build(after, CODE, place.computes, "Tên xã viết sai.")
    assert (second.version, second.erratum) == (2, "Tên xã viết sai.")
    releases.check(after, CODE, place.checks)
    sign(after, place.signs)
    releases.publish(after, CODE, place.signs)
    old, new = (release_list.public_file(after, first.name, version) for version in (1, 2))
    assert verify(old, public_key(installation))[0] == 0
    code, said = verify(new, public_key(installation), "--previous", old)
    assert code == 0, said
    assert "Xã Một" in analysis.release.opened(new)["data/units.csv"].decode()
    (entry,) = release_list.errata(after)
    assert (entry["release"], entry["version"], entry["erratum"]) == (first.name, 2, "Tên xã viết sai.")
    assert entry["changes"] == []  # a name was wrong, no figure


def test_a_release_whose_round_was_sent_back_goes_no_further(installation, place):
    releases.build(installation, CODE, place.computes)
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    releases.publish(installation, CODE, place.signs, scheduled=True)
    rounds.move(installation, CODE, "closed", place.checks, "Sai danh sách đơn vị.")
    after = later(installation, hours=2)
    with pytest.raises(RefusedError, match="sent back"):
        releases.publish(after, CODE, place.signs)
    assert releases.due(after) == []
    assert release_list.public(after) == []
    assert releases.build(after, CODE, place.computes).version == 1


def test_a_withdrawn_release_stays_listed_with_its_reason(installation, place):
    line = published(installation, place)
    after = later(installation, hours=3)
    with pytest.raises(RefusedError, match="--reason"):
        releases.withdraw(after, CODE, place.signs, " ")
    releases.withdraw(after, CODE, place.signs, "Sai danh sách đơn vị.")
    (stone,) = release_list.public(after)
    assert (stone.state, stone.withdrawn_because) == ("withdrawn", "Sai danh sách đơn vị.")
    with pytest.raises(NotFoundError):
        release_list.public_file(after, line.name, 1)


def test_a_build_that_is_killed_leaves_no_release_and_the_next_one_sweeps_up(installation, place, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    folder = installation.settings.release_folder
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            releases.build(installation, CODE, place.computes)
    assert list(folder.glob("*")) == []
    with monkeypatch.context() as broken:
        broken.setattr(rounds, "advance", killed)
        with pytest.raises(KeyboardInterrupt):
            releases.build(installation, CODE, place.computes)
    assert release_list.every(installation) == []
    old, young, foreign = (folder / name for name in (f"{'0' * 64}.zip", f"{'1' * 64}.zip", "province.zip"))
    for path in (old, young, foreign):
        path.write_bytes(b"left over")
    os.utime(old, (1e9, 1e9))
    releases.build(installation, CODE, place.computes)
    assert not old.exists()
    assert len(list(folder.glob("*"))) == 3  # the new one, one that another process may be about to name, a stranger's


def test_a_bundle_changed_on_the_disk_is_neither_checked_nor_published(installation, place):
    releases.build(installation, CODE, place.computes)
    (file,) = installation.settings.release_folder.glob("*.zip")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RefusedError, match="changed on the disk"):
        releases.check(installation, CODE, place.checks)


def test_the_command_line_takes_no_step_that_belongs_to_a_person(installation, place):
    with pytest.raises(RefusedError, match="computer"):
        releases.build(installation, CODE)
    releases.build(installation, CODE, place.computes)
    with pytest.raises(RefusedError, match="--as"):
        releases.check(installation, CODE, rounds.COMMAND_LINE)


def test_a_signing_key_is_made_once_and_opens_with_its_passphrase_only(installation):
    shutil.rmtree(installation.settings.key_folder / "release")

    def keys(given):
        return CliRunner().invoke(sipas, ["keys", "release", "--passphrase-stdin"], obj=installation, input=given)

    assert "at least 16 characters" in keys("short\n").output
    made = keys(f"{PASSPHRASE}\n")
    assert made.exit_code == 0, made.output
    private = signing_key(installation)
    assert b"ENCRYPTED" in private.read_bytes()
    assert private.stat().st_mode & 0o777 == 0o600
    assert "exists" in keys(f"{PASSPHRASE}\n").output
    assert "passphrase" not in made.output
