"""An office with a round for kiosks behind a real server, which can be stopped, lose replies, and be looked into."""

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select, update

from survey_app.app import create_app
from survey_app.models import Inbox, Kiosk, KioskRange, Quarantine, Round
from survey_app.services import inbox, kiosk_import, kiosk_package, kiosks
from survey_app.web.kiosk import shell
from tests.browser.serving import Serving
from tests.factories import a_round, a_token
from tests.kiosk import administrator

DESK = "hai-chau"
SYNC = "/kiosk/sync"


@dataclass(frozen=True)
class Wishes:
    """What a test wants its office to be like."""

    instrument: str = "kiosk-short/1"
    on_timeout: str = kiosk_package.DISCARD
    pseudo: bool = False  # every word of the screens and the questionnaire in brackets


class Office:
    """The server of a province with one desk, and what lies in its database."""

    def __init__(self, installation, folder, **wishes):
        self.installation, self.folder = installation, folder
        self.wishes = Wishes(**wishes)
        self.round = a_round(installation, desks=(DESK,), instrument_key=self.wishes.instrument)
        if self.wishes.on_timeout != kiosk_package.DISCARD:
            kiosk_package.set_round(installation, self.round.code, 60, self.wishes.on_timeout)
        self.pin, self.lost, self.port, self.broken = "", 0, 0, []
        self.most = 10**6  # bytes of a call that come through
        self.app = create_app(installation)
        self.below, self.app.wsgi_app = self.app.wsgi_app, self._answer
        if self.wishes.pseudo:
            self._speak_in_brackets()
        self.start()

    @property
    def url(self):
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Serve, on the same port as before."""
        self.serving = Serving(self.app, self.port)
        self.port = self.serving.port

    def stop(self):
        """Answer nothing any more."""
        self.serving.stop()

    def lose_replies(self, number):
        """Take the next calls in, and let their replies be lost on the way back."""
        self.lost = number

    def break_once(self, name):
        """Fail once when this file of the program is asked for."""
        self.broken.append(name)

    def _answer(self, environ, start_response):
        name = environ["PATH_INFO"].rpartition("/")[2]
        if name in self.broken:
            self.broken.remove(name)
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b""]
        if int(environ.get("CONTENT_LENGTH") or 0) > self.most:
            start_response("504 Gateway Timeout", [("Content-Type", "text/plain")])
            return [b""]
        response = self.below(environ, start_response)
        if environ["PATH_INFO"] != SYNC or not self.lost:
            return response
        self.lost -= 1
        list(response)
        start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
        return [b""]

    def patch(self, name, old, new):
        """Serve another text of one file of the program, as a fault or a newer version would."""
        folder = self.folder / f"shell-{name}"
        shutil.copytree(shell.FOLDER, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        with self.app.test_request_context():
            self.app.extensions["kiosk_shell"] = shell.load(folder)

    def _speak_in_brackets(self):
        """Put every word in brackets: what stands without them is written in the program."""
        with self.app.test_request_context():
            words = {"vi": _bracketed(shell.catalogue()["vi"])}
            real, shell.catalogue = shell.catalogue, lambda: words
            self.app.extensions["kiosk_shell"] = shell.load()
            shell.catalogue = real
        package = kiosk_package.package

        def bracketed(installation, kiosk_id):
            content = package(installation, kiosk_id)
            for one in content["rounds"]:
                one["languages"] = ["vi"]
                one["instrument"]["words"] = {"vi": _bracketed(one["instrument"]["words"]["vi"])}
            return content

        self.app.view_functions["device.package"] = _with(
            kiosk_package, bracketed, self.app.view_functions["device.package"]
        )

    def code(self):
        """Make an enrolment code; the PIN of its device is the office's PIN from now on."""
        made = kiosks.make_code(self.installation, administrator(self.round.province), DESK, "Kiosk sảnh A")
        self.pin = made.pin
        return made.code

    def token(self):
        """Address on the slip of a dossier."""
        return a_token(self.installation, self.round).text

    def sent(self):
        """Answers that wait for the flush, opened."""
        with self.installation.database.read() as session:
            return inbox.open_all(self.installation, session, self.round.id)

    def answers(self):
        """What they say."""
        return [one.answers for one in self.sent()]

    def count(self):
        """How many answers are held, in the inbox and in the quarantine."""
        with self.installation.database.read() as session:
            return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Inbox, Quarantine))

    def ranges(self):
        """Running numbers that have arrived, of all devices."""
        with self.installation.database.read() as session:
            return [(one.first, one.last) for one in session.scalars(select(KioskRange).order_by(KioskRange.first))]

    def revoke(self):
        """Revoke every device."""
        with self.installation.database.read() as session:
            numbers = list(session.scalars(select(Kiosk.number)))
        for number in numbers:
            kiosks.revoke(self.installation, number)

    def read_export(self, text):
        """Import a file of waiting answers."""
        file = self.folder / "export.json"
        file.write_text(text, encoding="utf-8")
        return kiosk_import.take(self.installation, file)

    def pause_round(self):
        """Let the round be in preparation still."""
        self._state("frozen")

    def resume_round(self):
        """Let the round take answers."""
        self._state("field")

    def _state(self, state):
        with self.installation.database.write() as session:
            session.execute(update(Round).values(state=state))


def _with(module, replacement, view):
    """Call a view while its service is replaced."""

    def called():
        real, module.package = module.package, replacement
        try:
            return view()
        finally:
            module.package = real

    return called


def _bracketed(words):
    return {name: f"⟦{text}⟧" for name, text in words.items()}
