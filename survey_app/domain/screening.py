"""Screening of comments: what could point at a person is masked before anybody at the agency reads it."""

import re

from survey_app.domain import slip_traces

MASK = "[…]"
_CAPITAL = "[A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚĂĐĨŨƠƯẠ-ỸA-Z]"
_SMALL = "[a-zà-ỹđ]"
_NAME = rf"{_CAPITAL}{_SMALL}*(?:\s+{_CAPITAL}{_SMALL}*){{0,4}}"
_PATTERNS = (
    re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"),  # e-mail
    re.compile(r"\b(?:\d{3}(?:\.\d{2}){2}\.)?[A-Z]\d{2}[-.\dA-Z]{0,30}-\d{6}-\d{4,6}\b"),  # dossier code
    re.compile(r"(?:\+?\d[\s.()-]{0,2}){9,15}"),  # phone, identity and account numbers of 9 to 15 digits
    # A form of address or an office followed by a name; case matters here, so 'ông' itself is written both ways.
    re.compile(
        rf"\b((?:[ÔôOo]ng|[Bb]à|[AaÁá]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Ee]m|[Cc]án bộ|[Cc]ông chức|[Cc]huyên viên|"
        rf"[Mm]r\.?|[Mm]rs\.?|[Mm]s\.?)\s+){_NAME}",
    ),
)


def screen(text: str) -> str:
    """Mask codes of slips, e-mail addresses, dossier codes, long numbers and names after a form of address.

    A name that stands alone is not found: the page asks citizens not to write names, and agencies see no comment
    of fewer than ten.
    """
    text = slip_traces.without_codes(text, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda m: (m.group(1) if m.re.groups else "") + MASK, text)
    return text
