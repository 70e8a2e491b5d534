"""The annual report of a release: one page of HTML from its published figures, in Vietnamese or English."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.report import drawing, findings, tables
from analysis.report.page import render
from analysis.report.source import Record, Source
from analysis.report.wording import Words, words_of
from analysis.report.years import years

TEMPLATE = "annual.html"
TWO_STAGE = "two-stage"


def annual_report(source: Source, language: str) -> bytes:
    """Write the annual report.

    Parameters
    ----------
    source : Source
        Published contents of a bundle; nothing else is looked at.
    language : str
        vi or en.

    Returns
    -------
    bytes
        HTML, UTF-8, with its style and pictures inside and no script; equal sources give equal bytes.
    """
    words = _fitting(words_of(language), source)
    items = drawing.items(source, words)
    unit_table, unprinted = tables.units(source, words)
    return render(
        TEMPLATE,
        words,
        facts=source.facts,
        agency=source.facts["publisher"],
        origin=f"{source.facts['id']}/{source.facts['version']}",
        place=source.facts["place"],
        days=tuple(words.day(day) for day in source.facts["period"]),
        findings=findings.three(source, words),
        noise=drawing.noise(language),
        noise_table=tables.noise(words),
        units=drawing.units(source, words),
        unit_table=unit_table,
        unprinted=unprinted,
        hidden=tables.hidden(source, words),
        factors=drawing.factors(source, words),
        factor_table=tables.factors(source, words),
        items=items,
        item_table=tables.items(source, words),
        change=tables.change(source, words),
        years=years(source, words),
        response=tables.response(source, words),
        variants=tables.variants(source, words),
        said=_said(source, words),
    )


def _fitting(words: Words, source: Source) -> Words:
    """Words without per cent signs where the overall index is a score."""
    return words if _ends(source) == (0.0, 100.0) else replace(words, number=replace(words.number, percent=""))


def _ends(source: Source) -> tuple[float, float]:
    """Ends of the scale of the overall index."""
    found = [s["ends"] for s in source.protocol["statistics"] if s["name"] == "overall"]
    low, high = found[0] if found else (0.0, 100.0)
    return float(low), float(high)


def _said(source: Source, words: Words) -> dict[str, Any]:
    """Sentences that are put together from the protocol and the reports; blank where there is nothing to say."""
    protocol, low_high = source.protocol, _ends(source)
    own = source.overall.get(source.top)
    plain = words.number.plain
    scale = {"low": plain(low_high[0]), "high": plain(low_high[1])}
    confidence = plain(100 * float(protocol.get("confidence", 0.95)))
    two_stage = protocol.get("design") == TWO_STAGE
    return {
        "index": words("reading_index") if low_high == (0.0, 100.0) else words("reading_index_score", **scale),
        "interval": words("reading_interval", confidence=confidence),
        "bounds": _bounds(own, words),
        "integrity": _integrity(source, words),
        "frame": _frame(source, words, two_stage=two_stage),
        "weights": words("method_weights", steps="; ".join(_weighting(protocol, words))),
        "instrument": words(
            "method_instrument", instrument=source.facts["instrument"], n=len(drawing.questions(source, words))
        ),
        "protection": words(
            "method_protection", minimum=protocol.get("minimum", 30), cell=protocol.get("cell_minimum", 10)
        ),
        "exact": words("method_exact", index=_exact(own["estimate"], words)) if own and own["se"] else "",
        "limits": _limits(source, words, two_stage=two_stage),
    }


def _exact(printed: str, words: Words) -> str:
    return printed.replace(".", words.number.decimal) + words.number.percent.replace(" ", "\u00a0")


def _frame(source: Source, words: Words, *, two_stage: bool) -> str:
    days = [words.day(day) for name in ("period", "field") for day in source.facts[name]]
    names = ("start", "end", "field_start", "field_end")
    return words(
        "method_frame",
        design=words("design_two_stage" if two_stage else "design_elements"),
        **dict(zip(names, days, strict=True)),
    )


def _bounds(own: Record | None, words: Words) -> str:
    """What silence could change at most."""
    if own is None or not own["none_satisfied"] or not own["all_satisfied"]:
        return ""
    return words("response_bounds", none=words.share(own["none_satisfied"]), all=words.share(own["all_satisfied"]))


def _integrity(source: Source, words: Words) -> list[str]:
    """Answers by evidence grade, and those that were flagged."""
    report = source.reports.get("integrity", {})
    said = []
    if grades := report.get("answers_by_grade"):
        listed = "; ".join(f"{grade}: {words.number.plain(n, 0)}" for grade, n in grades.items())
        said.append(words("response_grades", grades=listed, used=", ".join(source.protocol.get("grades", ["G1"]))))
    if "left_out_because_flagged" in report:
        told = (words.number.plain(report[name], 0) for name in ("flagged", "left_out_because_flagged"))
        said.append(words("response_flagged", **dict(zip(("n", "out"), told, strict=True))))
    return said


def _weighting(protocol: Mapping[str, Any], words: Words) -> list[str]:
    """Steps of the weighting that were taken, in words."""
    taken = {name: _variables(protocol.get(name, ()), words) for name in ("nonresponse", "calibration")}
    return [words("method_inverse"), *(words(f"method_{name}", variables=v) for name, v in taken.items() if v)]


def _variables(given: Any, words: Words) -> str:  # noqa: ANN401 - as JSON holds it: names, or lists of names to cross
    """Variables of the weighting in words; a name of a province's own stays as it is."""
    crossed = [[one] if isinstance(one, str) else list(one) for one in given]
    said = [
        " × ".join(words(f"variable_{name}") if words.has(f"variable_{name}") else name for name in names)
        for names in crossed
    ]
    return ", ".join(said)


def _limits(source: Source, words: Words, *, two_stage: bool) -> list[str]:
    """What the figures do not say."""
    keys = ["limit_silence", "limit_cause"]
    if any(r["wording_status"] == "unverified" for r in source.tables["codebook"]):
        keys.append("limit_wording")
    if two_stage:
        keys += ["limit_two_stage", "limit_conditional"]
    return [words(key) for key in keys]
