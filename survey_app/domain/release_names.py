"""The name of a round's release in public addresses."""

import re
import unicodedata


def release_name(unit_slug: str, round_code: str) -> str:
    """The province and the round's code in small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", f"{unit_slug}-{round_code}").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]
