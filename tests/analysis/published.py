"""Worked examples from publications: from the reference folder if one is set, else a small sample of our own.

The files of the sample have the names and keys of the reference files, and numbers that can be checked by hand.
"""

from pathlib import Path

from tests.analysis.reference import GOLDEN, load_csv, load_json, reference_folder

SAMPLE = Path(__file__).parent / "sample"


def published(name):
    folder = reference_folder()
    return load_json((folder / "data" / "publication_examples" if folder else SAMPLE) / f"{name}.json")


def golden(case):
    """Answers of R on our own synthetic data, by the name of the assertion."""
    return {a["id"]: a["result"] for a in load_json(GOLDEN / f"{case}.json")["assertions"]}


def _oracle_folder():
    folder = reference_folder()
    return (folder or SAMPLE) / "oracle"


def oracle(case):
    """A case of R's answers, frozen here for synthetic data; without the data, a sample of our own."""
    path = GOLDEN / f"{case}.json"
    if not (reference_folder() and path.exists()):
        path = _oracle_folder() / f"{case}.json"
    return load_json(path) if path.exists() else {"assertions": []}


def oracle_rows(name):
    return load_csv(_oracle_folder() / "data" / f"{name}.csv")


def survey_rows():
    """The synthetic survey of 12,000, or without reference data the 120 answers of our own."""
    return oracle_rows("sipas_2025" if reference_folder() else "answers")


def survey_answers(case):
    """R's answers on the synthetic survey (frozen here), or those on our own 120 answers."""
    path = (GOLDEN if reference_folder() else SAMPLE / "oracle") / f"{case}.json"
    return {a["id"]: a for a in load_json(path)["assertions"]}
