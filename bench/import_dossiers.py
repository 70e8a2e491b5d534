"""Time and memory of `sipas dossiers import` for a dirty file, on SQLite and on PostgreSQL.

    .venv/bin/python bench/import_dossiers.py [--rows 200000] [--kind csv|xlsx] [--database sqlite|postgresql]

The file is made here: national headings, personal columns, 2 % of the rows with one of twelve faults, old and new code
forms, a byte-order mark and semicolons. Every figure is of the whole program, from start to summary.
"""

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from openpyxl import Workbook

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.postgresql import running_server

HEADINGS = (
    "MaHoSo", "MaTTHC", "TenTTHC", "TenLinhVuc", "KenhThucHien", "ChuHoSo", "LoaiDoiTuong", "MaDoiTuong", "Email",
    "SoDienThoai", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo", "NgayTra", "NgayKetThucXuLy", "DonViXuLy",
)  # fmt: skip
UNITS = """slug,kind,name,parent,valid_from,h_code,aliases
hai-long,province,Tỉnh Hải Long,,2020-01-01,H98,
trung-tam,service_centre,Trung tâm phục vụ hành chính công,hai-long,2020-01-01,,
so-tu-phap,department,Sở Tư pháp,hai-long,2020-01-01,,vendor:000.00.11.H98
so-xay-dung,department,Sở Xây dựng,hai-long,2020-01-01,,vendor:000.00.12.H98
tan-phu,commune,Xã Tân Phú,hai-long,2020-01-01,,vendor:H98.101
"""
FIELDS = ("Hộ tịch", "Đất đai", "Xây dựng", "Chứng thực", "Thành lập doanh nghiệp")
RESOLVING = ("Sở Tư pháp", "Sở Xây dựng", "000.00.11.H98", "UBND xã Tân Phú", "H98.101")
FAULTS = {  # column: text that cannot be taken
    "MaHoSo": ("", "12345", "000.00.19.H98-261331-0001"),
    "MaTTHC": ("không có",),
    "NgayTiepNhan": ("31/02/2026", "2.02601E+13", "5/1/26"),
    "NgayTra": ("01010202000000", "20990101000000"),
    "TrangThaiHoSo": ("99",),
    "DonViXuLy": ("Sở Không Có",),
    "LoaiDoiTuong": ("x",),
}


def rows(count: int, chance: random.Random) -> Iterator[list[str]]:
    """Make dossiers of one year; 2 % of them with a fault."""
    start = datetime(2026, 1, 5, 7, 30)  # noqa: DTZ001 - registers write the office's own hours without a zone
    formats = ("%Y%m%d%H%M%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S")
    for number in range(count):
        received = start + timedelta(minutes=number * 300 * 1440 // count)
        finished = received + timedelta(hours=chance.randrange(2, 200))
        kind = chance.choice(formats)
        head = "000.00.19.H98" if number % 2 else "H98.101"
        row = dict(
            zip(
                HEADINGS,
                (
                    f"{head}-{received:%y%m%d}-{number % 1_000_000:06d}", "1.011443.000.00.00.H98", "Thủ tục mẫu",
                    chance.choice(FIELDS), str(chance.randrange(1, 4)), f"Nguyễn Văn {number}", "1",
                    f"0{number:011d}", f"a{number}@example.org", f"09{number:08d}", received.strftime(kind),
                    (received + timedelta(days=5)).strftime(kind), "10",
                    (finished + timedelta(hours=1)).strftime(kind), finished.strftime(kind), chance.choice(RESOLVING),
                ),
                strict=True,
            )
        )  # fmt: skip
        if chance.random() < 0.02:
            column = chance.choice(list(FAULTS))
            row[column] = chance.choice(FAULTS[column])
        yield list(row.values())


def make_file(path: Path, count: int) -> None:
    """Write the dirty file."""
    made = rows(count, random.Random(7))
    if path.suffix == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Hồ sơ")
        sheet.append(HEADINGS)
        for row in made:
            sheet.append(row)
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        writer.writerows(made)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite'}"
        return
    with running_server("-c", "fsync=on") as (address, _data):
        with psycopg.connect(
            address.format(name="postgres").replace("postgresql+psycopg", "postgresql"), autocommit=True
        ) as connection:
            connection.execute("CREATE DATABASE bench")
        yield address.format(name="bench")


def run(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Run the program; seconds on the clock and of its processor, and what it printed."""
    started, used = time.perf_counter(), processor()
    program = [sys.executable, "-c", "from survey_app.cli import main; main()", *arguments]
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1} or "Error" in done.stderr:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - started, processor() - used, done.stdout


def processor() -> float:
    """Processor seconds of every program that has ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    """Make the file, import it twice, print time and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--kind", choices=("csv", "xlsx"), default="csv")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, database(chosen.database, Path(name)) as url:
        folder = Path(name)
        file, units = folder / f"dossiers.{chosen.kind}", folder / "units.csv"
        make_file(file, chosen.rows)
        units.write_text(UNITS, encoding="utf-8")
        environment = {
            **os.environ,
            "SIPAS_ENVIRONMENT": "demo",
            "SIPAS_DATABASE_URL": url,
            "SIPAS_KEY_FOLDER": str(folder / "keys"),
        }
        run(["db", "upgrade"], environment)
        run(["units", "load", str(units)], environment)
        command = ["dossiers", "import", str(file), "--mapping", "national-sync", "--desk", "trung-tam"]
        for what in ("first import", "same file again"):
            seconds, used, printed = run(command, environment)
            told = next(line for line in printed.splitlines() if "rows:" in line)
            print(f"{what}: {seconds:.1f} s, of the processor {used:.1f} s; {told}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{chosen.database}, {chosen.kind}, {file.stat().st_size / 1e6:.0f} MB: peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
