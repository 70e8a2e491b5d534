"""The programs' door: JSON in, JSON out. `blueprint` is for keys of units; answers of citizens have their own."""

from survey_app.web.api import dossiers, invitations
from survey_app.web.api.keyed import api_key_guard, blueprint

__all__ = ["api_key_guard", "blueprint", "dossiers", "invitations"]
