"""The citizen's pages: a slip's address, the questionnaire, and what can be asked about sent answers."""

from survey_app.web.citizen import afterwards, door, failures, pages
from survey_app.web.citizen.room import blueprint, guard

__all__ = ["afterwards", "blueprint", "door", "failures", "guard", "pages"]
