"""A command that meets a wrong database says what to do, and shows nobody the password in its address."""

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas
from survey_app.settings import Settings, SettingsError


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


@pytest.mark.parametrize(
    ("licence", "address", "told"),
    [
        ("Creative Commons", "https://creativecommons.org/licenses/by/4.0/", "SPDX"),
        ("ODbL-1.0", "opendatacommons.org/licenses/odbl", "full address"),
        ("ODbL-1.0", "https://creativecommons.org/licenses/by/4.0/", "change both"),
        ("CC-BY-4.0", "https://opendatacommons.org/licenses/odbl/1-0/", "change both"),
    ],
)
def test_a_licence_that_readers_could_not_look_up_stops_the_program(licence, address, told):
    chosen = {"SIPAS_ENVIRONMENT": "demo", "SIPAS_LICENCE": licence, "SIPAS_LICENCE_URL": address}
    with pytest.raises(SettingsError, match=told):
        Settings.from_environment(chosen)


def test_another_licence_is_taken_with_its_address():
    address = "https://opendatacommons.org/licenses/odbl/1-0/"
    chosen = {"SIPAS_ENVIRONMENT": "demo", "SIPAS_LICENCE": "ODbL-1.0", "SIPAS_LICENCE_URL": address}
    assert Settings.from_environment(chosen).licence == "ODbL-1.0"
