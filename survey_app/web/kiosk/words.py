"""Words of the kiosk's screens in the language of the moment."""

from survey_app.domain.kiosk_screens import PEOPLE, STAFF
from survey_app.web.language import gettext


def words() -> dict[str, str]:
    """Give every text by its name."""
    return {name: gettext(text) for name, text in {**PEOPLE, **STAFF}.items()}
