"""Dossiers of the last weeks as a one-stop office might export them: good rows among broken and untidy ones."""

import random
from datetime import date, timedelta

MAPPING = """\
id: e2e
title: Headings of the end-to-end script
columns:
  dossier_code: Ma
  field: LinhVuc
  receiving_unit: Quay
  resolving_unit: CoQuan
  filing_channel: {heading: Kenh, values: {1: counter, 2: online}}
  received_at: Nhan
  due_at: Hen
  finished_at: Xong
  returned_at: Tra
  outcome: {heading: KetQua, values: {8: refused, 10: returned}}
personal: [ChuHoSo]
"""
DIRT = ("Tra", "31/02/2026"), ("Tra", "02/13/26"), ("Quay", "no-such-desk"), ("KetQua", "??"), ("Ma", "  ")


def dossiers(number: int, desks: int, today: date, chance: random.Random) -> list[dict[str, str]]:
    """Rows of good dossiers of the last 85 days."""
    rows = []
    for n in range(number):
        returned = today - timedelta(days=1 + n % 85)
        late = chance.random() < 0.25
        desk = n % desks
        rows.append(
            {
                "Ma": f"H99.{desk:03}-{returned - timedelta(days=9):%y%m%d}-{n:05}",
                "LinhVuc": chance.choice(["Đất đai", "Hộ tịch"]),
                "Quay": f"desk-{desk}",
                "CoQuan": f"xa-{desk}",
                "Kenh": "1" if chance.random() < 0.6 else "2",
                "Nhan": f"{returned - timedelta(days=9):%d/%m/%Y}",
                "Hen": f"{returned + timedelta(days=-2 if late else 3):%d/%m/%Y}",
                "Xong": f"{returned:%d/%m/%Y}",
                "Tra": f"{returned:%d/%m/%Y} 10:30",
                "KetQua": "10",
                "ChuHoSo": "Nguyễn Văn A",
            }
        )
    return rows


def dirty(rows: list[dict[str, str]], chance: random.Random) -> list[dict[str, str]]:
    """The same rows among broken, doubled and untidy ones."""
    made = []
    for n, row in enumerate(rows):
        if n % 12 == 0:
            heading, value = DIRT[n // 12 % len(DIRT)]
            broken = row | {"Ma": row["Ma"].replace("-", "-", 1)[:-5] + f"9{n:04}", heading: value}
            made.append(broken)
        untidy = row | {"LinhVuc": f" {row['LinhVuc']}\u00a0"} if chance.random() < 0.1 else row
        made.append(untidy)
    return made
