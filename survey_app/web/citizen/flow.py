"""The way through a questionnaire: which pages are asked, what a sent page changes, where it leads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from instruments.model import Instrument, Item
from survey_app.domain import answers as rule
from survey_app.domain.answers import AnswerProblem, Value
from survey_app.web.citizen.draft import Draft

MISSING = "missing"


@dataclass(frozen=True)
class Turned:
    """A draft after a page was sent, and what has to be mended before it is left."""

    draft: Draft
    problems: tuple[AnswerProblem, ...]


def asked_items(instrument: Instrument, page: str, answers: Mapping[str, Value]) -> list[Item]:
    """Items that a page asks of somebody who gave these answers."""
    return [item for item in instrument.items if item.page == page and rule.asked(item, answers)]


def asked_pages(instrument: Instrument, answers: Mapping[str, Value]) -> list[str]:
    """Pages with anything to ask; a page whose filters are not met is passed over."""
    return [page for page in instrument.pages if asked_items(instrument, page, answers)]


def page_to_show(instrument: Instrument, draft: Draft, wanted: str | None) -> str:
    """Return the wanted page, or the first one that was not sent yet: no page can be jumped over."""
    pages = asked_pages(instrument, draft.answers)
    unsent = next((place for place, page in enumerate(pages) if page not in draft.passed), len(pages) - 1)
    reachable = pages[: unsent + 1]
    for page in (wanted, draft.page):
        if page in reachable:
            return page
    return reachable[-1]


def neighbour(instrument: Instrument, draft: Draft, page: str, step: int) -> str:
    """Page before (-1) or after (+1), as the answers now stand; the page itself at either end."""
    pages = asked_pages(instrument, draft.answers)
    place = pages.index(page) + step
    return pages[place] if 0 <= place < len(pages) else page


def turn(instrument: Instrument, draft: Draft, page: str, sent: Mapping[str, list[str]], *, leaving: bool) -> Turned:
    """Take over what a page sent: valid answers replace the old ones, faulty ones are reported.

    A required answer is missed only when the page is left forward (`leaving`).
    """
    own = asked_items(instrument, page, draft.answers)
    kept = {name: value for name, value in draft.answers.items() if name not in {item.id for item in own}}
    checked = rule.check(instrument, {**kept, **_raw(own, sent)}, pages=[page] if leaving else [])
    problems = tuple(p for p in checked.problems if p.item in {item.id for item in own})
    # Answers behind a filter that is not met now stay in the draft: whoever changes back finds them again.
    answers = kept | {item.id: checked.answers[item.id] for item in own if item.id in checked.answers}
    passed = draft.passed
    if leaving and not problems and page not in passed:
        passed = (*passed, page)
    return Turned(replace(draft, answers=answers, page=page, passed=passed), problems)


def first_fault(instrument: Instrument, problems: Iterable[AnswerProblem]) -> str | None:
    """Page of the first problem, in the order of asking."""
    faulty = {problem.item for problem in problems}
    return next((item.page for item in instrument.items if item.id in faulty), None)


def _raw(items: list[Item], sent: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Only what this page asks is read from a form; every other field is ignored."""
    return {item.id: sent[item.id] for item in items if item.id in sent}
