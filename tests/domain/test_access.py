"""Who may open which page: every role, every kind of page, every place of the unit."""

import uuid

import pytest

from survey_app.domain import access
from survey_app.domain.access import Reader

COUNTRY, PROVINCE, COMMUNE, DESK, OTHER = (uuid.uuid4() for _ in range(5))
ABOVE = {COUNTRY: [], PROVINCE: [COUNTRY], COMMUNE: [PROVINCE, COUNTRY], DESK: [COMMUNE, PROVINCE, COUNTRY], OTHER: []}


def reader(role, unit):
    return Reader(uuid.uuid4(), "an", "An", role, unit, "vi")


def seen(role, unit, area):
    """Units whose pages of a kind someone sees."""
    return {target for target, above in ABOVE.items() if access.may_see(reader(role, unit), area, target, above)}


@pytest.mark.parametrize(
    ("role", "area", "opened"),
    [
        ("agency", "agency", True),
        ("agency", "province", False),
        ("agency", "admin", False),
        ("province", "agency", True),
        ("province", "province", True),
        ("province", "admin", False),
        ("admin", "agency", True),
        ("admin", "province", True),
        ("admin", "admin", True),
        ("", "agency", False),
        ("root", "admin", False),
        ("admin", "system", False),
    ],
)
def test_a_role_opens_its_kinds_of_page_and_an_unknown_one_opens_none(role, area, opened):
    assert access.opens(role, area) is opened


def test_a_reader_sees_his_unit_and_what_is_under_it_and_nothing_beside_or_above():
    assert seen("agency", COMMUNE, "agency") == {COMMUNE, DESK}
    assert seen("province", PROVINCE, "agency") == {PROVINCE, COMMUNE, DESK}
    assert seen("admin", COUNTRY, "agency") == {COUNTRY, PROVINCE, COMMUNE, DESK}


def test_the_right_unit_does_not_help_with_the_wrong_role():
    assert seen("agency", PROVINCE, "province") == set()
    assert seen("province", PROVINCE, "admin") == set()
