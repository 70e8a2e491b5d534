"""A closed round that three people can make a release of: two communes with forty answers each."""

from dataclasses import replace
from datetime import timedelta

from survey_app.services import flush, publication, releases, rounds
from tests import province
from tests.factories import a_person
from tests.made_once import made_once

PASSPHRASE = "mot hai ba bon nam"
CODE = "R2026"


@made_once
def closed_round(installation):
    """A closed round of two communes with forty answers each, three people, a signing key."""
    made = province.make(installation, desks=2, per_desk=150)
    for desk, levels in (("desk-1", [5, 4, 3, 2]), ("desk-2", [4, 3, 5, 1])):
        for n, slip in enumerate(made.slips(desk)[:40]):
            raw = {f"q{k:02}": str(levels[(n * 7 + k * (n % 5)) % 4]) for k in range(19)}
            assert made.answer(slip.token, raw).outcome == "stored"
    flush.close(installation, CODE)
    publication.refresh(installation, CODE)
    with installation.database.write() as session:
        row = rounds.by_code(session, CODE)
        row.announced_at = installation.now() - timedelta(days=40)
        row.release_at = installation.now() + timedelta(hours=2)
        unit = row.unit_id
    made.computes = a_person(installation, "tinh.toan", unit, "computer", "checker", "signer")
    made.checks = a_person(installation, "kiem.tra", unit, "checker", "signer")
    made.signs = a_person(installation, "lanh.dao", unit, "signer", "computer")
    installation.keys.create_release(PASSPHRASE)
    return made


def later(installation, **ahead):
    """The same installation after some time."""
    return replace(installation, clock=lambda: installation.now() + timedelta(**ahead))


def signing_key(installation):
    """Key that only the signer holds."""
    return installation.settings.key_folder / "release" / "release.key"


def public_key(installation):
    """Key that anybody may check a release with."""
    return installation.settings.key_folder / "release" / "province.pub"


def sign(installation, actor):
    """Sign the release that was checked."""
    return releases.sign(installation, CODE, actor, signing_key(installation), PASSPHRASE)


def published(installation, place):
    """Take the closed round through three pairs of hands to its publication."""
    releases.build(installation, CODE, place.computes)
    releases.check(installation, CODE, place.checks)
    sign(installation, place.signs)
    return releases.publish(later(installation, hours=2), CODE, place.signs)
