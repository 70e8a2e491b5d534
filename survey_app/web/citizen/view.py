"""What a page of the questionnaire shows, as frozen values for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instruments.model import Instrument, Item, ItemKind, Shown
from survey_app.domain.answers import AnswerProblem, Value, choices
from survey_app.web.citizen import flow
from survey_app.web.language import gettext as _
from survey_app.web.language import ngettext

FACES = 5  # faces are drawn for scales of five levels only


@dataclass(frozen=True)
class Choice:
    """One answer that can be picked."""

    id: str
    value: str
    label: Shown | None  # None: 'no answer', in the words of the page
    chosen: bool
    face: int = 0
    key: str = ""  # of its text
    apart: bool = False  # 'does not apply' and 'no answer' stand apart from the grades


@dataclass(frozen=True)
class Question:
    """One question as it stands on the page."""

    id: str
    shape: str  # grades | one | several | text
    legend: Shown
    hint: Shown | None
    required: bool
    choose: int
    choices: tuple[Choice, ...]
    text: str
    max_length: int
    error: str

    @property
    def target(self) -> str:
        """Id of the control that a link in the error summary leads to."""
        return self.choices[0].id if self.choices else f"{self.id}-text"


def questions(
    instrument: Instrument,
    page: str,
    language: str,
    answers: Mapping[str, Value],
    problems: Sequence[AnswerProblem] = (),
    sent: Mapping[str, list[str]] | None = None,
) -> list[Question]:
    """Build the questions of a page; after a fault they show what was sent, so that nothing has to be typed again."""
    faults = {problem.item: problem for problem in reversed(problems)}
    return [
        _question(instrument, item, language, _given(item, answers, sent, faults), faults.get(item.id))
        for item in flow.asked_items(instrument, page, answers)
    ]


def languages_of(instrument: Instrument, page: str, language: str, answers: Mapping[str, Value]) -> set[str]:
    """Languages in which the texts of a page really stand; more than one where a text falls back."""
    texts = [instrument.text(f"page.{page}", language)]
    for question in questions(instrument, page, language, answers):
        texts += [question.legend, *(choice.label for choice in question.choices if choice.label)]
        texts += [question.hint] if question.hint else []
    return {text.language for text in texts}


def _given(
    item: Item, answers: Mapping[str, Value], sent: Mapping[str, list[str]] | None, faults: Mapping[str, AnswerProblem]
) -> list[str]:
    if sent is not None and item.id in faults:
        return sent.get(item.id, [])
    value = answers.get(item.id)
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [str(value)]


def _question(
    instrument: Instrument, item: Item, language: str, given: list[str], problem: AnswerProblem | None
) -> Question:
    legend = instrument.text(f"item.{item.id}", language)
    return Question(
        id=item.id,
        shape=_shape(item),
        legend=legend,
        hint=_hint(instrument, item, language),
        required=item.required,
        choose=item.choose,
        choices=tuple(_choices(instrument, item, language, given)),
        text="\n".join(given) if item.kind is ItemKind.COMMENT else "",
        max_length=item.max_length,
        error=sentence(item, given, problem) if problem else "",
    )


def _shape(item: Item) -> str:
    if item.kind is ItemKind.COMMENT:
        return "text"
    if item.scale is not None:
        return "grades"
    return "several" if item.choose > 1 else "one"


def _hint(instrument: Instrument, item: Item, language: str) -> Shown | None:
    try:
        return instrument.text(f"item.{item.id}.hint", language)
    except KeyError:
        return None


def _choices(instrument: Instrument, item: Item, language: str, given: list[str]) -> list[Choice]:
    if item.kind is ItemKind.COMMENT:
        return []
    found = [
        Choice(
            id=f"{item.id}-{place}",
            value=value,
            label=instrument.text(key, language),
            chosen=value in given,
            face=place if item.scale and _levels(instrument, item) == FACES and not apart else 0,
            key=key,
            apart=apart,
        )
        for place, (value, key, apart) in enumerate(choices(instrument, item), start=1)
    ]
    # A radio button cannot be taken back without a script: whoever changes his mind needs a way to say nothing.
    if item.choose == 1 and not item.required and not any(choice.apart for choice in found):
        found.append(Choice(f"{item.id}-none", "", None, chosen=False, apart=True))
    return found


def _levels(instrument: Instrument, item: Item) -> int:
    return len(instrument.scales[item.scale or ""].levels)


def sentence(item: Item, given: list[str], problem: AnswerProblem) -> str:
    """Say what has to be mended, in the language of the page."""
    if problem.code == "missing":
        return _("Please choose one answer.")
    if problem.code == "too_many":
        return ngettext(
            "You may choose at most %(num)d answer; %(chosen)d are chosen now. Please take some away.",
            "You may choose at most %(num)d answers; %(chosen)d are chosen now. Please take some away.",
            item.choose,
            chosen=len(set(given)),
        )
    if problem.code == "too_long":
        return _(
            "The text has %(length)d characters; there is room for %(room)d. Please shorten it.",
            length=len(given[0].replace("\r\n", "\n")),
            room=item.max_length,
        )
    if problem.code == "not_one":
        return _("Please choose only one answer.")
    return _("This answer is not on the list; please choose again.")
