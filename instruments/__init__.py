"""Questionnaires as data: read, checked, locked and given out as frozen values."""
