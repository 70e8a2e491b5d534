"""The clock beside the web server: what one flush meets never stops the next."""

import importlib
import threading
from unittest.mock import Mock

from survey_app.keys import KeyFolder, KeyMissingError

serve = importlib.import_module("survey_app.cli.serve")  # the package's own name `serve` is the command


def test_a_flush_that_fails_is_tried_again(monkeypatch, caplog):
    tried, stopping = [], threading.Event()

    def run_due(installation):
        tried.append(installation)
        if len(tried) == 1:
            raise KeyMissingError("Key file 2026-03-02.key is missing.")
        if len(tried) == 2:
            raise OSError("disk")
        stopping.set()
        return []

    monkeypatch.setattr(serve, "CHECK_EVERY_SECONDS", 0)
    monkeypatch.setattr(serve, "run_due", run_due)
    monkeypatch.setattr(serve.releases, "publish_due", lambda _installation: [])
    monkeypatch.setattr(serve.erasure, "run_due", lambda _installation: [])
    serve._keep_flushing(Mock(), stopping)
    assert len(tried) == 3
    assert [record.message for record in caplog.records] == ["flush failed"] * 2


def test_a_release_or_an_erasure_that_fails_never_holds_answers_up(monkeypatch, caplog):
    flushed, stopping = [], threading.Event()

    def fails(_installation):
        raise OSError("disk")

    def run_due(installation):
        flushed.append(installation)
        if len(flushed) == 2:
            stopping.set()
        return []

    monkeypatch.setattr(serve, "CHECK_EVERY_SECONDS", 0)
    monkeypatch.setattr(serve, "run_due", run_due)
    monkeypatch.setattr(serve.releases, "publish_due", fails)
    monkeypatch.setattr(serve.erasure, "run_due", fails)
    serve._keep_flushing(Mock(), stopping)
    assert len(flushed) == 2
    assert [record.message for record in caplog.records] == ["release failed", "erasure failed"] * 2


def test_public_keys_may_be_read_by_another_user_and_no_other_key(tmp_path, clock):
    keys = KeyFolder(tmp_path / "keys")
    keys.create_round("R1")
    keys.prepare_days(clock().date(), 2)
    keys.prepare_pools()
    modes = {path.suffix: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").rglob("*.*")}
    assert modes == {".key": 0o600, ".pub": 0o644}
