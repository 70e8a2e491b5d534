"""Descriptions of a bundle for machines: Frictionless, CSV on the Web, DCAT and schema.org."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.release.facts import Facts, json_bytes
from analysis.release.sheets import Column, Kind, Sheet
from analysis.release.signing import digest

PACKAGE, WEB, CATALOG = "datapackage.json", "csv-metadata.json", "catalog.jsonld"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_VCARD = "http://www.w3.org/2006/vcard/ns#"


def data_package(facts: Facts, sheets: Sequence[Sheet], others: Mapping[str, bytes]) -> bytes:
    """The file datapackage.json (Frictionless): every table with its schema, every other file named."""
    resources = [_resource(sheet) for sheet in sheets]
    resources += [_file(path, content) for path, content in others.items()]
    return json_bytes(
        {
            "$schema": PROFILE,
            "name": facts.id,
            "id": facts.url,
            "version": str(facts.version),
            "title": facts.title_vi,
            "description": facts.title_en,
            "homepage": facts.url,
            "created": facts.announced,
            "licenses": [{"name": facts.licence, "path": facts.licence_url}],
            "contributors": _contributors(facts),
            "resources": resources,
        }
    )


def csv_on_the_web(facts: Facts, sheets: Sequence[Sheet]) -> bytes:
    """The file csv-metadata.json (W3C CSV on the Web): a table group with typed columns."""
    tables = [
        {
            "url": sheet.path,
            "dc:title": _both(sheet.title, sheet.title_vi),
            "tableSchema": {
                "columns": [_web_column(column) for column in sheet.columns],
                **({"primaryKey": list(sheet.key)} if sheet.key else {}),
            },
        }
        for sheet in sheets
    ]
    return json_bytes(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "@id": facts.url,
            "dc:title": _both(facts.title_en, facts.title_vi),
            "dc:publisher": facts.publisher,
            "dc:license": {"@id": facts.licence_url},
            "tables": tables,
        }
    )


def linked_data(facts: Facts, files: Mapping[str, bytes]) -> bytes:
    """The file catalog.jsonld: a dcat:Dataset that is a schema:Dataset too, one distribution per file."""
    titles = [{"@value": facts.title_vi, "@language": "vi"}, {"@value": facts.title_en, "@language": "en"}]
    publisher = {"@type": "schema:GovernmentOrganization", "schema:name": facts.publisher, "dct:title": facts.publisher}
    period = {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@value": facts.period[0], "@type": "xsd:date"},
        "dcat:endDate": {"@value": facts.period[1], "@type": "xsd:date"},
    }
    contact = {"@type": f"{_VCARD}Kind", f"{_VCARD}fn": facts.contact}
    moment = {"@value": facts.announced, "@type": "xsd:dateTime"}
    return json_bytes(
        {
            "@context": _CONTEXT,
            "@id": facts.url,
            "@type": ["dcat:Dataset", "schema:Dataset"],
            "dct:identifier": facts.name,
            "schema:identifier": facts.name,
            "dct:title": titles,
            "schema:name": titles,
            "schema:description": titles,
            "dct:publisher": publisher,
            "schema:publisher": publisher,
            **({"dcat:contactPoint": contact} if facts.contact else {}),
            "dct:license": {"@id": facts.licence_url},
            "schema:license": {"@id": facts.licence_url},
            "dct:issued": moment,
            "schema:datePublished": moment,
            "dct:temporal": period,
            "schema:temporalCoverage": "/".join(facts.period),
            "schema:spatialCoverage": facts.place,
            "schema:version": str(facts.version),
            "dcat:distribution": [_distribution(facts, path, content) for path, content in files.items()],
        }
    )


def _contributors(facts: Facts) -> list[dict[str, Any]]:
    """Who publishes, and whom readers may ask."""
    named = [("publisher", facts.publisher), ("contact", facts.contact)]
    return [{"title": title, "role": role, "roles": [role]} for role, title in named if title]


def media(path: str) -> str:
    """Media type by the ending of a name."""
    return _MEDIA.get(path.rsplit(".", 1)[-1], "text/plain")


def _resource(sheet: Sheet) -> dict[str, Any]:
    content = sheet.content()
    return {
        "name": sheet.name,
        "path": sheet.path,
        "title": sheet.title,
        "description": sheet.title_vi,
        "type": "table",
        "profile": "tabular-data-resource",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{digest(content)}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "schema": {
            "fields": [_field(column) for column in sheet.columns],
            "missingValues": [""],
            **({"primaryKey": list(sheet.key)} if sheet.key else {}),
        },
    }


def _field(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": column.kind.value,
        "title": column.title,
        "description": column.title_vi + (f" ({column.unit})" if column.unit else ""),
    }
    if column.kind is Kind.FLAG:
        described |= {"trueValues": ["true"], "falseValues": ["false"]}
    return described | ({"constraints": {"required": True}} if column.required else {})


def _file(path: str, content: bytes) -> dict[str, Any]:
    return {
        "name": path.lower().replace("/", "-").replace(".", "-").replace("_", "-"),
        "path": path,
        "type": "file",
        "format": path.rsplit(".", 1)[-1].lower(),
        "mediatype": media(path),
        "bytes": len(content),
        "hash": f"sha256:{digest(content)}",
    }


def _web_column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _both(column.title, column.title_vi),
        "datatype": column.kind.value,
    }
    return described | ({"required": True} if column.required else {})


def _both(english: str, vietnamese: str) -> list[dict[str, str]]:
    return [{"@value": english, "@language": "en"}, {"@value": vietnamese, "@language": "vi"}]


def _distribution(facts: Facts, path: str, content: bytes) -> dict[str, Any]:
    address = {"@id": f"{facts.url}/{path}"}
    return {
        "@type": ["dcat:Distribution", "schema:DataDownload"],
        "dct:title": path,
        "schema:name": path,
        "dcat:downloadURL": address,
        "schema:contentUrl": address,
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media(path)}"},
        "schema:encodingFormat": media(path),
        "dcat:byteSize": {"@value": str(len(content)), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": digest(content), "@type": "xsd:hexBinary"},
        },
    }
