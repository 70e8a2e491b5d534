"""From a dirty dossier file to an index, over HTTP, with a server killed in the middle: is everything counted once?

.venv/bin/python bench/e2e.py                       # 3,000 dossiers, 1,000 answers, SQLite
.venv/bin/python bench/e2e.py --database-url postgresql+psycopg://... --dossiers 300 --answers 60
"""

import argparse
import csv
import json
import os
import random
import socket
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from click.testing import CliRunner

from bench.citizen import Phone, filled, is_last, receipt
from bench.dirty_dossiers import MAPPING, dirty, dossiers
from bench.killable_server import Server
from bench.recompute import compare
from survey_app.cli import sipas
from survey_app.installation import Installation
from survey_app.settings import Settings

ROUND = "E2E"
ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Record:
    """The script's own book: what each citizen was told."""

    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)  # dossier code -> answers
    abandoned: int = 0
    doubles: int = 0
    refused_forged: int = 0
    retried: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def answers_of(chance: random.Random, desk: int) -> dict[str, str]:
    """What a citizen will say: every scored item, so that the recomputation needs no rule for blanks."""
    mood = chance.gauss(0.2 * desk, 1.0)
    level = lambda: str(1 + sum(chance.gauss(mood, 0.8) > step for step in (-2, -1.2, -0.3, 1.0)))  # noqa: E731
    given = {f"q{n:02}": level() for n in range(23)}
    return given | {"gave_feedback": "yes", "trips": "two", "needs": "time", "comment": "Cảm ơn"}


def visit(server: Server, record: Record, code: str, url: str, answers: dict[str, str], habit: str) -> None:
    """One citizen, who tries again when the line breaks, until told that the answer was received."""
    phone = Phone("127.0.0.1", server.port)
    page = patient(record, lambda: phone.get("/T/" + url.rsplit("/", 1)[1]))
    for _ in range(40):
        if habit == "abandons" and "q05" in page:
            with record.lock:
                record.abandoned += 1
            return
        last = is_last(page)
        fields = filled(page, answers)
        page = patient(record, lambda fields=fields: phone.post("/q", fields))
        if last and receipt(page):
            with record.lock:
                record.acknowledged[code] = answers
            if habit == "doubles":
                again = patient(record, lambda fields=fields: phone.post("/q", fields))
                with record.lock:
                    record.doubles += bool(receipt(again))
            return
    raise RuntimeError(f"{code}: no thank-you page after 40 steps")


def patient(record: Record, step: object) -> str:
    """Try until the server answers; a 5xx or a broken line is tried again with the very same request."""
    for _ in range(400):
        try:
            status, page = step()
        except (OSError, ValueError):
            status, page = 599, ""
        except Exception as error:
            if type(error).__module__ != "http.client":
                raise
            status, page = 599, ""
        if status < 500:
            return page
        with record.lock:
            record.retried += 1
        time.sleep(0.05)
    raise RuntimeError("The server did not come back.")


def forge(server: Server, record: Record, url: str, number: int) -> None:
    """Try addresses that nobody made: right check characters, wrong MAC."""
    from survey_app.domain import tokens

    genuine = tokens.parse(url.rsplit("/", 1)[1])
    for n in range(number):
        fake = tokens.Token(
            genuine.month, genuine.round_number, genuine.stratum_number, n.to_bytes(10, "big"), genuine.mac
        )
        status, page = Phone("127.0.0.1", server.port).get("/T/" + fake.text)
        if status in (404, 410) and 'name="q00"' not in page:
            record.refused_forged += 1


def run(installation: Installation, *arguments: str, expected: int = 0) -> str:
    """Run one command of the program; its output if it ends otherwise than expected.

    Commands run in this process, since starting Python fifteen times takes longer than all that they do; the server,
    which is killed, is a process of its own.
    """
    done = CliRunner().invoke(sipas, arguments, obj=installation)
    if done.exit_code != expected:
        raise RuntimeError(f"sipas {' '.join(arguments)}\n{done.output}") from done.exception
    return done.output


def write(path: Path, rows: list[dict[str, str]]) -> str:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def prepare(folder: Path, installation: Installation, rows: list[dict[str, str]], chance: random.Random) -> str:
    """Units, dossiers, a round in the field; gives what the import said."""
    since = {"valid_from": "2020-01-01"}
    units = [{"slug": "tinh", "kind": "province", "name": "Tỉnh Thử Nghiệm", "parent": ""} | since]
    for n in sorted({int(row["Quay"].split("-")[1]) for row in rows}):
        units.append({"slug": f"xa-{n}", "kind": "commune", "name": f"Xã Số {n}", "parent": "tinh"} | since)
        units.append({"slug": f"desk-{n}", "kind": "desk", "name": f"Một cửa {n}", "parent": f"xa-{n}"} | since)
    run(installation, "db", "upgrade")
    run(installation, "units", "load", write(folder / "units.csv", units))
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    file = write(folder / "dossiers.csv", dirty(rows, chance))
    told = run(
        installation,
        *("dossiers", "import", file, "--mapping", str(folder / "mapping.yaml")),
        *("--rejects", str(folder / "rejects.csv")),
        expected=1,  # rows to be mended
    )
    today = date.today()  # noqa: DTZ011 - the office's own day
    span = [(today - timedelta(days=100)).isoformat(), (today + timedelta(days=30)).isoformat()]
    field_days = [(today - timedelta(days=20)).isoformat(), span[1]]
    erase = (today + timedelta(days=400)).isoformat()
    run(
        installation,
        *("round", "create", ROUND, "--title", "Thử nghiệm", "--unit", "tinh"),
        *("--period", *span, "--field", *field_days, "--erase", erase),
    )
    run(installation, "round", "freeze", ROUND, "--register", span[0], (today - timedelta(days=1)).isoformat())
    run(installation, "round", "open", ROUND)
    return told


def collect(server: Server, record: Record, slips: list[dict[str, str]], number: int, chance: random.Random) -> None:
    """Let citizens answer in four lines at once, and kill the server once when half are through."""
    chosen = chance.sample(slips, number)
    plans = []
    for place, slip in enumerate(chosen):
        habit = "abandons" if place % 20 == 7 else "doubles" if place % 10 == 3 else "answers"
        desk = int(slip["dossier_code"].split("-")[0].split(".")[1])
        plans.append((slip["dossier_code"], slip["survey_url"], answers_of(chance, desk), habit))
    stop = threading.Event()

    def killer() -> None:
        while not stop.wait(0.01):
            if len(record.acknowledged) >= number // 2:
                server.kill()
                time.sleep(0.3)
                server.start()
                return

    shadow = threading.Thread(target=killer)
    shadow.start()
    with ThreadPoolExecutor(4) as lines:
        for done in [lines.submit(visit, server, record, *plan) for plan in plans]:
            done.result()
    stop.set()
    shadow.join()


def main(arguments: list[str] | None = None) -> int:
    """Run the whole way and print what was found; 0 if everything is counted exactly once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=3000)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--desks", type=int, default=6)
    parser.add_argument("--database-url", help="an empty PostgreSQL database; SQLite in a temporary folder if absent")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.monotonic()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        own = {
            "SIPAS_ENVIRONMENT": "demo",
            "SIPAS_DATABASE_URL": given.database_url or f"sqlite:///{folder}/e2e.sqlite",
            "SIPAS_KEY_FOLDER": str(folder / "keys"),
            "SIPAS_PORT": str(port),
            "SIPAS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SIPAS_LOG_LEVEL": "WARNING",
        }
        installation = Installation.from_settings(Settings.from_environment(own))
        # the server is that of this very tree, whatever is installed
        server = Server(os.environ | own | {"PYTHONPATH": str(ROOT)}, folder)
        found = whole_way(folder, installation, server, given)
        installation.database.close()
        found["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0 if not found["differences"] else 1


def whole_way(folder: Path, installation: Installation, server: Server, given: argparse.Namespace) -> dict[str, object]:
    """Import, issue, answer, kill, flush, close, compute, compare."""
    chance, record = random.Random(11), Record()
    rows = dossiers(given.dossiers, given.desks, date.today(), chance)  # noqa: DTZ011 - the office's own day
    told = prepare(folder, installation, rows, chance)
    run(installation, "tokens", "issue", "--round", ROUND, "--unit", "tinh", "--out", str(folder / "slips.csv"))
    with (folder / "slips.csv").open(encoding="utf-8", newline="") as file:
        slips = list(csv.DictReader(file))
    try:
        server.start()
        collect(server, record, slips, given.answers, chance)
        forge(server, record, slips[0]["survey_url"], 50)
        run(installation, "flush", "--now")
    finally:
        server.kill()
    run(installation, "round", "close", ROUND)
    tables = {}
    for by in ("desk", "commune", "agency", "province"):
        out = folder / f"{by}.json"
        run(installation, "index", "--round", ROUND, "--by", by, "--out", str(out))
        tables[by] = json.loads(out.read_text(encoding="utf-8"))["rows"]
    differences = compare(installation.settings.database_url, record.acknowledged, rows, tables)
    if len(slips) != given.dossiers:
        differences.append(f"{len(slips)} good dossiers were imported, not {given.dossiers}")
    if record.refused_forged != 50:
        differences.append(f"only {record.refused_forged} of 50 forged addresses were refused")
    logs = (folder / "server.log").read_text(encoding="utf-8", errors="replace")
    leaked = [slip["survey_url"] for slip in slips if slip["survey_url"].rsplit("/", 1)[1] in logs.upper()]
    if leaked:
        differences.append(f"{len(leaked)} addresses stand in the server's log")
    return {
        "dossiers": len(slips),
        "acknowledged": len(record.acknowledged),
        "abandoned": record.abandoned,
        "doubles_told_received": record.doubles,
        "forged_refused": record.refused_forged,
        "requests_tried_again": record.retried,
        "import_said": told.strip().splitlines()[-1] if told.strip() else "",
        "differences": differences,
    }


if __name__ == "__main__":
    sys.exit(main())
