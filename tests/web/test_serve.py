"""The clock beside the web server, and the key files that its users share."""

import importlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from survey_app.domain import sealing
from survey_app.keys import KeyFolder, KeyMissingError
from survey_app.services import due
from survey_app.services.errors import RefusedError

serve = importlib.import_module("survey_app.cli.serve")  # the package's own name `serve` is the command


@pytest.fixture
def works(monkeypatch):
    """Rounds A and B are due in every kind of work; A fails in the way that a test says."""
    done, errors = [], {}

    def do(work):
        def one(_installation, code, _bars):
            if code == "A" and work in errors:
                raise errors[work]
            done.append((work, code))
            return "done"

        return one

    monkeypatch.setattr(due, "_WORKS", {work: (lambda _installation: ["A", "B"], do(work)) for work in due.EVERY})
    return SimpleNamespace(done=done, errors=errors)


@pytest.mark.parametrize("error", [KeyMissingError("day key"), RefusedError("too many answers"), OSError("disk")])
@pytest.mark.parametrize("work", due.EVERY)
def test_a_round_that_fails_stops_no_other_round_and_no_other_work(works, work, error, caplog):
    works.errors[work] = error
    told = list(due.run(None))
    assert set(works.done) == {(w, code) for w in due.EVERY for code in "AB"} - {(work, "A")}
    assert [(done.work, done.round_code) for done in told if done.failed] == [(work, "A")]
    assert f"{work} of A failed" in caplog.text


def test_where_the_database_is_away_the_other_works_are_still_tried(works, monkeypatch):
    def away(_installation):
        raise OSError("gone")

    monkeypatch.setitem(due._WORKS, due.RELEASE, (away, None))
    told = list(due.run(None))
    assert [done.work for done in told if done.failed] == [due.RELEASE]
    assert set(works.done) == {(work, code) for work in due.WITH_KEYS for code in "AB"}


@pytest.mark.parametrize("which", [due.EVERY, (due.RELEASE,)])
def test_the_clock_goes_on_and_tries_again_what_failed(works, which, monkeypatch):
    stopping = threading.Event()
    works.errors[due.RELEASE] = OSError("disk")
    rounds = []

    def run(installation, asked):
        rounds.append(asked)
        if len(rounds) == 3:
            stopping.set()
        return due_run(installation, asked)

    due_run = due.run
    monkeypatch.setattr(serve, "CHECK_EVERY_SECONDS", 0)
    monkeypatch.setattr(serve.due, "run", run)
    serve._keep_time(None, stopping, which)
    assert rounds == [which] * 3
    assert works.done.count((due.RELEASE, "B")) == 3


def test_public_keys_may_be_read_by_another_user_and_no_other_key(tmp_path, clock):
    keys = KeyFolder(tmp_path / "keys")
    keys.create_round("R1")
    keys.prepare_days(clock().date(), 2)
    keys.prepare_pools()
    modes = {path.suffix: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").rglob("*.*")}
    assert modes == {".key": 0o600, ".pub": 0o644}


def test_public_keys_may_be_read_whatever_the_umask_of_the_service(tmp_path, clock):
    before = os.umask(0o077)
    try:
        keys = KeyFolder(tmp_path / "keys")
        keys.prepare_days(clock().date(), 1)
    finally:
        os.umask(before)
    (public,) = (tmp_path / "keys" / "web" / "public").iterdir()
    assert public.stat().st_mode & 0o777 == 0o644


def test_what_root_writes_belongs_to_the_user_of_its_folder(tmp_path, clock):
    keys = KeyFolder(tmp_path / "keys")
    keys.create_round("R1")
    keys.prepare_days(clock().date(), 1)
    for folder, user in (("web/rounds", 4001), ("web/public", 4002), ("flush", 4002)):
        os.chown(tmp_path / "keys" / folder, user, user)
    keys.create_round("R2")
    keys.prepare_days(clock().date(), 2)
    newest = max((tmp_path / "keys" / "flush").iterdir())
    assert newest.stat().st_uid == 4002
    assert {path.stat().st_uid for path in (tmp_path / "keys" / "web" / "rounds" / "R2").iterdir()} == {4001}
    assert (tmp_path / "keys" / "web" / "rounds" / "R2").stat().st_uid == 4001
    assert {path.stat().st_uid for path in (tmp_path / "keys" / "issue" / "rounds" / "R2").iterdir()} == {os.geteuid()}


def test_keys_made_by_several_at_once_fit_each_other(tmp_path, clock):
    def prepare(_number):
        keys = KeyFolder(tmp_path / "keys")
        keys.create_round("R1")
        return keys.prepare_days(clock().date(), 40), keys.round_keys("R1"), keys.contact_key("R1")

    with ThreadPoolExecutor(8) as at_once:
        made = list(at_once.map(prepare, range(8)))
    assert sum(number for number, _round, _contact in made) == 40
    assert len({(round_keys, contact) for _number, round_keys, contact in made}) == 1
    keys = KeyFolder(tmp_path / "keys")
    for day in keys.days():
        assert sealing.public_key(keys.private(day.isoformat())) == keys.public(day.isoformat())
