"""The README of a bundle in Vietnamese and English: what is in it, and how to check it without us."""

from collections.abc import Sequence

from analysis.release.facts import Facts
from analysis.release.sheets import Sheet

VIETNAMESE, ENGLISH = "README.vi.md", "README.en.md"

_VI = """\
# {title}

{publisher}. Đợt đo lường {round}, hồ sơ trả kết quả từ {start} đến {end}. Phiên bản {version} của `{id}`.
Địa chỉ ổn định: <{url}>. Giấy phép: [{licence}]({licence_url}).{contact}
{erratum}
## Kiểm tra gói dữ liệu này

Không cần mạng, không cần cơ sở dữ liệu, không cần tin chúng tôi. Cần khóa công khai của cơ quan công bố
(`province.pub`), lấy từ một nơi khác với gói này.

    python -m analysis verify GOI.zip --key province.pub
    python -m analysis verify GOI.zip --key province.pub --previous GOI-NAM-TRUOC.zip

Lệnh trả lời "yes" khi chữ ký, mã băm và cấu trúc đều đúng và mọi con số trong `results/` tính lại được từ
`data/cells.csv` theo `protocol.json` đến chữ số cuối cùng; nếu không, lệnh trả lời "no" và chỉ rõ tệp, dòng, cột.
Không có chương trình của chúng tôi:

    sha256sum -c SHA256SUMS
    tail -n 1 release.sig | base64 -d > release.bin
    openssl pkeyutl -verify -pubin -inkey province.pub -rawin -in SHA256SUMS -sigfile release.bin

## Có gì trong gói

{tables}
- `protocol.json`: công thức, trọng số, ngưỡng, cây đơn vị; `method.md`: phương pháp bằng lời
- `report/`: báo cáo để đọc và ký, tiếng Việt và tiếng Anh; bản HTML làm lại được từ số liệu, bản PDF in từ HTML
- `charts/`: biểu đồ; `sipas.xlsx`: mọi bảng cho văn phòng
- `datapackage.json`, `csv-metadata.json`, `catalog.jsonld`, `ddi-codebook.xml`: mô tả cho máy đọc
- `release.json`, `SHA256SUMS`, `release.sig`: gói này là gì, mã băm, chữ ký

Ô văn bản bắt đầu bằng = + - @ được viết sau dấu nháy đơn để bảng tính không coi là công thức; số âm vẫn là số.
"""
_EN = """\
# {title}

{publisher}. Round {round}, dossiers returned from {start} to {end}. Version {version} of `{id}`.
Stable address: <{url}>. Licence: [{licence}]({licence_url}).{contact}
{erratum}
## Check this bundle

No network, no database, no trust in us. You need the publisher's public key (`province.pub`), from another place than
this bundle.

    python -m analysis verify BUNDLE.zip --key province.pub
    python -m analysis verify BUNDLE.zip --key province.pub --previous LAST-YEAR.zip

It says "yes" if signature, checksums and form are right and every figure of `results/` follows from `data/cells.csv`
and `protocol.json` to the last printed digit, or "no" and where: file, row, column. Without our program:

    sha256sum -c SHA256SUMS
    tail -n 1 release.sig | base64 -d > release.bin
    openssl pkeyutl -verify -pubin -inkey province.pub -rawin -in SHA256SUMS -sigfile release.bin

## What is in it

{tables}
- `protocol.json`: recipe, weights, thresholds, tree of units; `method.md`: the method in words
- `report/`: the report to read and sign, in Vietnamese and English; the HTML follows from the figures, the PDF from it
- `charts/`: pictures; `sipas.xlsx`: every table for offices
- `datapackage.json`, `csv-metadata.json`, `catalog.jsonld`, `ddi-codebook.xml`: descriptions for machines
- `release.json`, `SHA256SUMS`, `release.sig`: what this is, checksums, signature

Text that begins with = + - @ stands after an apostrophe, so that no spreadsheet takes it for a formula; negative
numbers stay numbers.
"""


def readmes(facts: Facts, sheets: Sequence[Sheet]) -> dict[str, bytes]:
    """Both READMEs by path."""
    start, end = (f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in facts.period)
    common = {
        "publisher": facts.publisher,
        "round": facts.round,
        "start": start,
        "end": end,
        "version": facts.version,
        "id": facts.id,
        "url": facts.url,
        "licence": facts.licence,
        "licence_url": facts.licence_url,
    }
    vietnamese = _VI.format(
        title=facts.title_vi,
        contact=f" Liên hệ: {facts.contact}." if facts.contact else "",
        erratum=f"\n**Đính chính:** {facts.erratum}\n" if facts.erratum else "",
        tables="\n".join(f"- `{sheet.path}`: {sheet.title_vi}" for sheet in sheets),
        **common,
    )
    english = _EN.format(
        title=facts.title_en,
        contact=f" Contact: {facts.contact}." if facts.contact else "",
        erratum=f"\n**Corrected:** {facts.erratum}\n" if facts.erratum else "",
        tables="\n".join(f"- `{sheet.path}`: {sheet.title}" for sheet in sheets),
        **common,
    )
    return {VIETNAMESE: vietnamese.encode(), ENGLISH: english.encode()}
