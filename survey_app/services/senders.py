"""Senders of messages behind one interface. Nothing that they log or raise holds a survey address or a recipient."""

import csv
import logging
import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from survey_app.domain.reminders import Channel, Message
from survey_app.log import redact
from survey_app.services.errors import RefusedError
from survey_app.settings import LOOPBACK, Settings

LOG = logging.getLogger("sipas.reminders")
TIMEOUT = 30  # seconds for the mail server


class SendError(Exception):
    """A message that could not be sent; says why without its address or its words."""


class Sender(Protocol):
    """Takes messages of one channel; `rings` if it may wake somebody, so that quiet hours hold."""

    channel: Channel | None  # None: every channel
    rings: bool
    marks: bool  # whether a message counts as sent; else it is an example without anybody's address

    def __enter__(self) -> Self:
        """Begin a wave."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End a wave."""

    def send(self, to: str, message: Message) -> None:
        """Send one message; SendError if it was not taken."""


class _Wave:
    """What senders without a connection do at both ends."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class LogSender(_Wave):
    """A trial: sends nothing and writes the words to the log, without recipient and survey address."""

    channel: Channel | None = None
    rings = False
    marks = False

    def send(self, to: str, message: Message) -> None:  # noqa: ARG002 - never logged
        """Log one message."""
        LOG.info("not sent: %s", redact(message.body).replace("\n", " "))


class SmtpSender:
    """Sends e-mail through the office's server: with TLS, but for a server on this machine."""

    channel: Channel | None = "email"
    rings = False
    marks = True

    def __init__(self, settings: Settings) -> None:
        if not settings.smtp_host or not settings.smtp_from:
            raise RefusedError("SIPAS_SMTP_HOST and SIPAS_SMTP_FROM must be set before e-mail can be sent.")
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect and sign in."""
        settings = self._settings
        try:
            self._server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
            if settings.smtp_host not in LOOPBACK:
                self._server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                self._server.login(settings.smtp_user, settings.smtp_password)
        except (OSError, smtplib.SMTPException) as error:
            raise RefusedError(
                f"The mail server {settings.smtp_host} cannot be used ({type(error).__name__})."
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say good-bye; a server that has gone already is none of our trouble."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()

    def send(self, to: str, message: Message) -> None:
        """Send one e-mail."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._settings.smtp_from, to, message.subject
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        if self._server is None:
            raise SendError("no connection")
        try:
            self._server.send_message(mail)
        except smtplib.SMTPServerDisconnected:
            raise SendError("the mail server has closed the connection") from None
        except smtplib.SMTPResponseException as error:  # its text may repeat what was sent
            raise SendError(f"the mail server answered {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(f"the mail server refused it ({type(error).__name__})") from None


class GatewayFile(_Wave):
    """Messages for an SMS or Zalo gateway as a file of phone and text, readable by its owner only."""

    channel: Channel | None = "phone"
    marks = True
    rings = True  # whoever takes the file over sends it at once

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, to: str, message: Message) -> None:
        """Add one line at the end of the file."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow([to, message.body])
        except OSError as error:
            raise SendError(f"the file cannot be written ({type(error).__name__})") from None
