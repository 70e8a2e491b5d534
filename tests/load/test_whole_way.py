"""The end-to-end script, small: dirty file in, server killed in the middle, every figure recomputed."""

import json

from bench import e2e


def test_every_acknowledged_answer_is_counted_once_and_every_index_is_right(database_url, tmp_path, capsys):
    empty = f"sqlite:///{tmp_path}/whole-way.sqlite" if database_url.startswith("sqlite") else database_url
    code = e2e.main(["--dossiers", "260", "--answers", "90", "--desks", "2", "--database-url", empty])
    told = json.loads(capsys.readouterr().out)
    assert told["differences"] == []
    assert code == 0
    assert told["acknowledged"] + told["abandoned"] == 90
    assert told["abandoned"] > 0
    assert told["doubles_told_received"] > 0
    assert told["forged_refused"] == 50
    assert told["requests_tried_again"] > 0, "the server was not killed while citizens answered"
