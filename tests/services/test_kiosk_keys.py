"""The key that kiosks seal to is made anew without losing what waits on a device."""

from datetime import timedelta

import pytest

from survey_app.domain import kiosk_sealing
from survey_app.keys import KeyMissingError
from survey_app.services import kiosk_keys, kiosk_package
from tests.factories import a_round

STORED = ("stored", None)


@pytest.fixture
def round_(installation):
    return a_round(installation, desks=("desk-1",))


def retired(installation):
    return len(installation.keys.retired_kiosks())


def test_answers_sealed_before_the_rotation_are_taken_after_it(installation, round_, tablet):
    before = [tablet.answer(round_.code)]
    told = kiosk_package.package(installation, tablet.id)
    for _twice_on_a_day in range(2):
        kiosk_keys.rotate(installation)
        before.append(tablet.answer(round_.code))
    assert tablet.outcomes(*before) == {1: STORED, 2: STORED, 3: STORED}
    anew = kiosk_package.package(installation, tablet.id)
    assert anew["version"] != told["version"]
    assert anew["sealing_key"]["id"] not in (told["sealing_key"]["id"], None)


def test_the_old_key_goes_when_the_server_would_refuse_everything_sealed_to_it(installation, round_, tablet, clock):
    waits = tablet.answer(round_.code)
    assert kiosk_keys.rotate(installation).kept_until == round_.erasure_date
    clock.now += round_.erasure_date - installation.today() - timedelta(days=1)
    installation.keys.prepare_days(installation.today())
    first, last = installation.today(), installation.today() + timedelta(days=300)
    dates = {"period_start": first, "period_end": last, "field_start": first + timedelta(days=2), "field_end": last}
    a_round(installation, desks=("desk-1",), code="LATER", erasure_date=last + timedelta(days=400), **dates)
    assert (kiosk_keys.destroy_old(installation), retired(installation)) == (0, 1)
    clock.now += timedelta(days=1)
    assert (kiosk_keys.destroy_old(installation), retired(installation)) == (1, 0)
    assert tablet.outcomes(waits) == {1: ("rejected", "damaged")}
    assert kiosk_keys.destroy_old(installation) == 0


def test_a_missing_key_in_use_stops_and_is_no_damaged_answer(installation, round_, tablet):
    waits = tablet.answer(round_.code)
    (installation.keys.root / "web" / "kiosks" / "sealing.key").unlink()
    with pytest.raises(KeyMissingError):
        tablet.send(waits)
    with pytest.raises(KeyMissingError):
        kiosk_keys.rotate(installation)


def test_a_retired_key_put_back_from_the_safe_copy_opens_again(installation, round_, tablet, tmp_path):
    waits, folder = tablet.answer(round_.code), installation.keys.root / "web" / "kiosks" / "retired"
    kiosk_keys.rotate(installation)
    [kept] = folder.iterdir()
    named = kiosk_sealing.named_key(kiosk_sealing.from_base64(waits["sealed"]))
    assert kept.stem.endswith(named.hex())
    assert kept.stat().st_mode & 0o077 == 0
    copy = kept.rename(tmp_path / kept.name)
    assert tablet.outcomes(waits) == {1: ("rejected", "damaged")}
    copy.rename(kept)
    assert tablet.outcomes(waits) == {1: STORED}
