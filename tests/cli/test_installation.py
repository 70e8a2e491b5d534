"""A command that meets a wrong database says what to do, and shows nobody the password in its address."""

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the program on a database address, as an administrator types it."""
    monkeypatch.setenv("SIPAS_ENVIRONMENT", "demo")
    monkeypatch.setenv("SIPAS_KEY_FOLDER", str(tmp_path / "keys"))

    def called(url, *words):
        monkeypatch.setenv("SIPAS_DATABASE_URL", url)
        return CliRunner().invoke(sipas, list(words))

    return called


@pytest.mark.parametrize("words", [("round", "list"), ("serve",), ("flush", "--now"), ("staff", "list")])
def test_a_database_without_tables_is_told_with_its_remedy(run, tmp_path, words):
    result = run(f"sqlite:///{tmp_path / 'new.sqlite'}", *words)
    assert result.exit_code == 1
    assert result.output == "Error: The database has no tables yet; `sipas db upgrade` brings it to this version.\n"


def test_after_the_upgrade_every_command_works(run, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    assert run(url, "db", "upgrade").exit_code == 0
    assert run(url, "round", "list").exit_code == 0


@pytest.mark.parametrize("words", [("round", "list"), ("db", "upgrade")])
def test_a_server_that_is_not_there_is_named_without_the_password(run, words):
    result = run("postgresql+psycopg://sipas:geheim@127.0.0.1:1/sipas", *words)
    assert result.exit_code == 1
    assert "cannot be reached" in result.output
    assert "SIPAS_DATABASE_URL" in result.output
    assert "geheim" not in result.output
