"""Texts that stand in rules without a language, and are translated where they are said."""


def noted(text: str) -> str:
    """Note a text for the translators; it stays as it is."""
    return text
