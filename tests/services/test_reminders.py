"""Messages to all who were drawn: one address each, quiet at night, none to who wants none, no trace of tokens."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.domain import tokens
from survey_app.log import JsonLines
from survey_app.models import Contact, Counter, Invitation, Round
from survey_app.services import collection, contacts, frame, invitations, reminders, sample_draw
from survey_app.services.collection import Submission
from survey_app.services.errors import RefusedError
from survey_app.services.senders import GatewayFile, LogSender, SendError, SmtpSender
from tests import closed_round, mail_server
from tests.province import ITEMS

URL = re.compile(r"HTTP://\S+/T/([0-9A-Z]{40})")


class Box:
    """A gateway that keeps what it was given."""

    channel, rings, marks = "phone", True, True

    def __init__(self, fails=()):
        self.got, self.fails = [], set(fails)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def send(self, to, message):
        if len(self.got) in self.fails:
            self.fails.clear()
            raise SendError("busy")
        self.got.append((to, message.body))


@pytest.fixture
def database_url(sqlite_url):
    """SQLite; tests/cli/test_frames.py goes the whole way on both databases."""
    return sqlite_url


@pytest.fixture
def made(installation):
    """Sixty dossiers, all of them drawn, in the field."""
    found = closed_round.make(installation, sizes=(60,))
    frame.freeze(installation, found.code)
    sample_draw.draw(installation, found.code)
    with installation.database.write() as session:
        row = session.get(Round, found.row.id)
        row.state, row.collectors = "field", ["own_device", "interviewer"]
    return found


def with_contacts(made, tmp_path, rows, prefer="phone"):
    path = tmp_path / "contacts.csv"
    path.write_text("dossier_code,phone,email\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return contacts.load(made.installation, made.code, path, prefer)


def phones(made, number=60):
    return [(code, f"09{n:08}", "") for n, code in enumerate(made.codes["desk-1"][:number])]


def test_a_reminder_goes_to_all_with_the_same_address_whether_they_answered_or_not(made, tmp_path, clock):
    assert with_contacts(made, tmp_path, phones(made)).taken == 60
    first, again = Box(), Box()
    assert reminders.send(made.installation, made.code, 1, first).sent == 60
    token = URL.search(first.got[0][1])[1]
    answers = {"q00": "4"} | dict.fromkeys(ITEMS[1:], "4")
    submitted = Submission(token, b"n" * 16, answers, "vi", seconds=120.0)
    assert collection.submit(made.installation, submitted).outcome == "stored"
    clock.now += timedelta(days=7)
    told = reminders.send(made.installation, made.code, 2, again)
    assert (told.sent, told.drawn, told.without_contact) == (60, 60, 0)
    assert {(to, URL.search(body)[1]) for to, body in first.got} == {
        (to, URL.search(body)[1]) for to, body in again.got
    }
    assert len({URL.search(body)[1] for _, body in first.got}) == 60
    assert "Nếu Ông/Bà đã trả lời, xin cảm ơn" in again.got[0][1]
    assert "15/" not in first.got[0][1]
    assert "29/06/2026" in first.got[0][1]  # 90 days from the end of March: a day before the field ends


def test_a_killed_wave_goes_on_where_it_stopped_and_sends_nobody_two(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 20))
    box = Box()
    send = box.send

    def killed(to, message):
        if len(box.got) == 7:
            raise KeyboardInterrupt
        send(to, message)

    box.send = killed
    with pytest.raises(KeyboardInterrupt):
        reminders.send(made.installation, made.code, 1, box)
    box.send = send
    told = reminders.send(made.installation, made.code, 1, box)
    assert (told.had_it, told.sent, told.without_contact) == (8, 12, 40)
    assert len({to for to, _ in box.got}) == len(box.got) == 19


def test_what_fails_is_tried_again(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 5))
    box = Box(fails=[2])
    told = reminders.send(made.installation, made.code, 1, box)
    assert (told.sent, told.failed, told.last_trouble) == (4, 1, "busy")
    assert reminders.send(made.installation, made.code, 1, box).sent == 1
    assert len({to for to, _ in box.got}) == 5


def test_one_person_with_several_dossiers_gets_no_more_than_the_cap(made, tmp_path):
    with_contacts(made, tmp_path, [(code, "0912345678", "") for code in made.codes["desk-1"][:5]])
    told = reminders.send(made.installation, made.code, 1, Box())
    assert (told.sent, told.capped) == (3, 2)


def test_who_wants_no_messages_gets_none_and_stays_so(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 5))
    contacts.opt_out(made.installation, "09 0000 0003")
    assert with_contacts(made, tmp_path, phones(made, 5)).opted_out == 1
    box = Box()
    assert reminders.send(made.installation, made.code, 1, box).sent == 4
    assert "+84900000003" not in {to for to, _ in box.got}
    with pytest.raises(RefusedError, match="neither a phone"):
        contacts.opt_out(made.installation, "somebody")


@pytest.mark.parametrize(("hour", "allowed"), [(20, True), (21, False), (3, False), (6, False), (7, True)])
def test_nothing_rings_between_nine_in_the_evening_and_seven(made, tmp_path, clock, hour, allowed):
    with_contacts(made, tmp_path, phones(made, 2))
    clock.now = clock.now.replace(hour=0) + timedelta(hours=hour - 7)  # Hà Nội is seven hours ahead
    if allowed:
        assert reminders.send(made.installation, made.code, 1, Box()).sent == 2
        return
    with pytest.raises(RefusedError, match="between 21:00 and 07:00"):
        reminders.send(made.installation, made.code, 1, Box())
    assert reminders.send(made.installation, made.code, 1, LogSender()).sent == 2


def test_mail_is_sent_by_a_real_server_and_no_log_or_error_holds_an_address(made, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    rows = [(code, "", f"nguoi{n}@example.vn") for n, code in enumerate(made.codes["desk-1"][:6])]
    with_contacts(made, tmp_path, rows)
    with mail_server.running(refuse=[3]) as server:
        settings = replace(
            made.installation.settings,
            smtp_host="127.0.0.1",
            smtp_port=server.server_address[1],
            smtp_from="hoi@example.vn",
        )
        told = reminders.send(made.installation, made.code, 1, SmtpSender(settings))
        assert (told.sent, told.failed, told.last_trouble) == (5, 1, "the mail server answered 554")
        assert reminders.send(made.installation, made.code, 1, SmtpSender(settings)).sent == 1
        taken = list(server.taken)
    assert {mail["To"] for mail in taken} == {row[2] for row in rows}
    found = {URL.search(mail.get_content())[1] for mail in taken}
    assert len(found) == 6
    assert all(tokens.parse(token).stratum_number for token in found)
    assert {mail["Subject"] for mail in taken} == {"Xin Ông/Bà cho biết ý kiến"}
    with pytest.raises(RefusedError, match=r"cannot be used \(ConnectionRefusedError\)"):
        reminders.send(made.installation, made.code, 2, SmtpSender(settings))
    reminders.send(made.installation, made.code, 2, LogSender())
    assert "not sent: Kính gửi" not in caplog.text or URL.search(caplog.text) is None
    written = caplog.text + "".join(JsonLines().format(record) for record in caplog.records) + repr(told)
    for secret in (*found, *(row[2] for row in rows)):
        assert secret not in written


def test_the_log_only_sender_writes_the_words_and_hides_the_address(made, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with_contacts(made, tmp_path, phones(made, 1))
    reminders.send(made.installation, made.code, 1, LogSender())
    assert "Kính gửi Ông/Bà" in caplog.text
    assert "/T/[redacted]" in caplog.text
    assert URL.search(caplog.text) is None


def test_a_trial_by_the_log_invites_nobody_and_leaves_the_wave_to_be_sent(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 3))
    assert reminders.send(made.installation, made.code, 1, LogSender()).sent == 3
    with made.installation.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0
        assert session.scalars(select(Contact.waves)).all() == [0, 0, 0]
    assert reminders.send(made.installation, made.code, 1, Box()).sent == 3


def test_a_message_names_the_last_day_of_its_address_and_none_is_sent_after_it(made, tmp_path, clock):
    with_contacts(made, tmp_path, phones(made, 2))
    with made.installation.database.write() as session:
        session.get(Round, made.row.id).token_life_days = 10
    box = Box()
    reminders.send(made.installation, made.code, 1, box)
    assert "đến ngày 10/04/2026" in box.got[0][1]
    assert "10/04/2026" in reminders.preview(made.installation, made.code, 2).body
    clock.now = clock.now.replace(month=4, day=10)
    assert reminders.send(made.installation, made.code, 2, box).sent == 2
    clock.now += timedelta(days=5)
    late = reminders.send(made.installation, made.code, 3, box)
    assert (late.sent, late.no_address, late.without_contact) == (0, 2, 58)
    assert len(box.got) == 4


def test_a_file_for_a_gateway_is_read_by_its_owner_only(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 3))
    out = tmp_path / "sms.csv"
    assert reminders.send(made.installation, made.code, 1, GatewayFile(out)).sent == 3
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text(encoding="utf-8").count("+849") == 3


def test_contact_data_lie_sealed_under_a_key_that_goes_with_the_round(made, tmp_path):
    rows = [*phones(made, 2), ("H99.1-260105-00001", "0912345678", ""), (made.codes["desk-1"][3], "12", "")]
    told = with_contacts(made, tmp_path, rows)
    assert (told.taken, told.not_drawn) == (2, 1)
    assert told.rejected == ["row 5: This is neither a phone number such as 0912 345 678 nor an e-mail address."]
    with made.installation.database.read() as session:
        stored = session.scalars(select(Contact)).all()
    assert not any(b"900000" in part for contact in stored for part in (contact.sealed, contact.person))
    key = made.installation.keys.contact_key(made.code)
    assert sorted(contacts.opened(key, contact)[1] for contact in stored) == ["+84900000000", "+84900000001"]
    made.installation.keys.destroy_round(made.code)
    assert made.installation.keys.contact_key(made.code) != key


def test_a_list_for_callers_names_no_dossier(made, tmp_path):
    with_contacts(made, tmp_path, phones(made, 10))
    listed = contacts.call_list(made.installation, made.code)
    slips = invitations.issue(made.installation, made.code, made.codes["desk-1"][:10]).slips
    assert {call.survey_url for call in listed} == {slip.url for slip in slips}
    assert "H01.1" not in repr(listed)


def test_what_callers_found_is_counted_by_unit_and_never_above_the_invited(made):
    invitations.issue(made.installation, made.code, made.codes["desk-1"][:10])
    contacts.outcome(made.installation, made.code, "xa-1", {"refused": 3, "ineligible": 2, "other": 0})
    with pytest.raises(RefusedError, match="10 were invited"):
        contacts.outcome(made.installation, made.code, "xa-1", {"not_reached": 6})
    with pytest.raises(RefusedError, match="counts above 0"):
        contacts.outcome(made.installation, made.code, "desk-1", {"refused": -1})
    with made.installation.database.read() as session:
        found = dict(session.execute(select(Counter.name, Counter.value)).all())
        assert session.scalar(select(func.count()).select_from(Invitation)) == 10
    assert found == {"invited": 10, "refused": 3, "ineligible": 2}


def test_rounds_that_draw_at_the_return_write_to_nobody(made, tmp_path):
    with made.installation.database.write() as session:
        session.get(Round, made.row.id).design = {"mode": "rolling", "stages": 1}
    with pytest.raises(RefusedError, match="nobody may know who is drawn"):
        reminders.send(made.installation, made.code, 1, Box())
