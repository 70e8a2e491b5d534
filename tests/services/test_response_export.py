"""Released responses as Parquet: everything that was released, nothing else, and the platform's own figures from it."""

import json
import stat
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from analysis.__main__ import main
from survey_app.cli import sipas
from survey_app.domain import answers as rule
from survey_app.models import AuditEntry, Batch, LedgerEntry, Response, Stratum
from survey_app.services import flush, publication, released, response_export, rounds
from survey_app.services.errors import NotFoundError, RefusedError
from tests import province
from tests.made_once import made_once


@made_once
def closed_round(installation):
    """Two desks, one of which returned three times as many dossiers for each answer; four answers of a small pool."""
    place = province.make(installation, desks=2, per_desk=200)
    for desk, levels in (("desk-1", [5] * 45 + [1] * 15), ("desk-2", [4] * 18 + [2] * 12)):
        slips = place.slips(desk)
        for slip, level in zip(slips, levels, strict=False):
            raw = {"q00": str(level), "q01": str(level), "q02": "3", "q14": "9" if level > 4 else "2"}
            assert place.answer(slip.token, raw).outcome == "stored"
    flush.close(installation, place.code)
    publication.refresh(installation, place.code)
    return place


def stored(installation):
    """What is in the database: stratum and levels of every released answer, and how many came from each stratum."""
    with installation.database.read() as session:
        row = session.scalars(select(Batch.round_id)).first()
        instrument = publication.shipped(rounds.by_code(session, "R2026").instrument_key)
        found = session.execute(
            select(Stratum.number, Response.answers).outerjoin(Stratum, Stratum.id == Response.stratum_id)
        )
        assert row is not None
        return Counter((number, rule.levels(instrument, given)) for number, given in found), instrument


def test_every_released_answer_is_in_the_file_once_in_order(installation, tmp_path):
    closed_round(installation)
    out = tmp_path / "answers.parquet"
    written = response_export.export(installation, "R2026", "annual", out)
    table = pq.read_table(out)
    expected, instrument = stored(installation)
    items = [item.id for item in instrument.scored_items()]
    levels = zip(*([v or 0 for v in table.column(item).to_pylist()] for item in items), strict=True)
    assert Counter(zip(table.column("stratum").to_pylist(), levels, strict=True)) == expected
    assert written.responses == len(table) == sum(expected.values()) == 90
    strata = table.column("stratum").to_pylist()
    assert strata == sorted(strata)
    assert {str(table.schema.field(item).type) for item in items} == {"int8"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_nothing_that_leads_to_a_person_is_in_the_file(installation, tmp_path):
    closed_round(installation)
    out = tmp_path / "answers.parquet"
    response_export.export(installation, "R2026", "annual", out)
    _, instrument = stored(installation)
    items = {item.id for item in instrument.scored_items()}
    about = {"stratum", "size", "weight", "desk", "agency", "grade", "release_month"}
    assert set(pq.read_schema(out).names) == items | about


def test_weights_are_whole_millionths_and_add_up_to_the_register(installation, tmp_path):
    closed_round(installation)
    out = tmp_path / "answers.parquet"
    response_export.export(installation, "R2026", "annual", out)
    table = pq.read_table(out)
    weight, size = table.column("weight").to_numpy(), table.column("size").to_numpy()
    assert weight.dtype == np.float64
    assert (weight == np.rint(weight)).all()
    for stratum in np.unique(table.column("stratum").to_numpy()):
        rows = table.column("stratum").to_numpy() == stratum
        assert weight[rows].sum() / 1e6 == pytest.approx(size[rows][0], abs=1e-6 * rows.sum())
    assert weight.sum() / 1e6 == pytest.approx(400, abs=1e-4)  # every returned dossier is stood for


def test_the_file_gives_the_figures_that_the_platform_computes(installation, tmp_path):
    closed_round(installation)
    out = tmp_path / "answers.parquet"
    written = response_export.export(installation, "R2026", "annual", out)
    result = tmp_path / "index.json"
    known = ["--instrument", "sipas-2017/1", "--design", str(written.design), "--out", str(result)]
    assert main(["index", str(out), *known]) == 0
    found = {row["statistic"]: row for row in json.loads(result.read_text())["rows"]}
    with installation.database.read() as session:
        row = rounds.by_code(session, "R2026")
        parts = released.parts_of(session, row.id)
        strata = session.scalars(select(Stratum).where(Stratum.round_id == row.id)).all()
        counts = publication.register.load(session, row)
        sample = released.Sample(parts, publication.shipped(row.instrument_key), counts.by_stratum, strata)
        ours = publication.figures_of(session, sample, {s.id: s.number for s in strata})[publication.ALL]
    compared = 0
    for figure in ours:
        other = found[figure.statistic]
        assert other["n"] == figure.n
        if figure.estimate is not None:
            assert other["estimate"] == pytest.approx(figure.estimate, rel=1e-7)
            assert other["se"] == pytest.approx(figure.se, rel=1e-5, abs=1e-9)
            compared += 1
    assert compared >= 4


def test_an_export_stands_in_the_audit_log_before_it_is_made(installation, tmp_path):
    place = closed_round(installation)
    with pytest.raises(FileNotFoundError):
        response_export.export(installation, place.code, "annual", tmp_path / "nowhere/answers.parquet")
    with installation.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "responses exported")).one()
        assert (entry.subject, "90 responses" in entry.detail) == (place.code, True)
        assert session.scalars(select(LedgerEntry)).first() is not None


def test_what_cannot_be_exported_is_refused_with_the_reason(installation, tmp_path):
    place = province.make(installation, desks=1)
    for code, product, name, message in (
        ("R2026", "annual", "a.parquet", "is not closed; annual weights are fixed at its close"),
        ("R2026", "live", "a.csv", "does not end in .parquet"),
        ("R2026", "live", "a.parquet", "no released answers of grade G1 or G2"),
    ):
        with pytest.raises(RefusedError, match=message):
            response_export.export(installation, code, product, tmp_path / name)
    with pytest.raises(NotFoundError):
        response_export.export(installation, "R1999", "live", tmp_path / "a.parquet")
    assert list(tmp_path.glob("a.*")) == []
    assert place.code == "R2026"


def test_a_file_broken_off_leaves_nothing(installation, tmp_path):
    closed_round(installation)
    with installation.database.write() as session:
        answer = session.scalars(select(Response)).first()
        answer.answers = answer.answers | {"q01": "well"}
    with pytest.raises(Exception, match="a stored answer is no level"):
        response_export.export(installation, "R2026", "annual", tmp_path / "answers.parquet")
    assert [path for path in tmp_path.iterdir() if path.name.startswith("answers")] == []


def test_the_command_says_whose_the_file_is(installation, tmp_path):
    closed_round(installation)
    out = tmp_path / "answers.parquet"
    run = CliRunner().invoke(sipas, ["responses", "export", "R2026", "--out", str(out)], obj=installation)
    assert run.exit_code == 0, run.output
    assert "90 responses in" in run.output
    text = CliRunner().invoke(sipas, ["responses", "export", "--help"]).output
    assert "must not leave it" in " ".join(text.split())
    assert "audit log" in " ".join(text.split())
