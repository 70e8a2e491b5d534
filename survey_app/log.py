"""One JSON line per event on standard error, with every token, sealed text and query string taken out."""

import json
import logging
import re
import sys

# A path may carry an address that opens a questionnaire, so whatever follows these prefixes never reaches a log.
_SECRET_PATH = re.compile(r"(?i)(/(?:t|q|r|w)/)[^\s\"'?]+|\?[^\s\"']*")
# 24 characters of the token's alphabet in a row, dashes and blanks between groups allowed
_TOKEN_LIKE = re.compile(r"(?i)\b(?:[0-9A-HJKMNP-TV-Z][ -]?){24,}")


def redact(text: str) -> str:
    """Take out whatever could open a questionnaire or tell what was answered."""
    return _TOKEN_LIKE.sub("[redacted]", _SECRET_PATH.sub(lambda m: (m.group(1) or "?") + "[redacted]", text))


class JsonLines(logging.Formatter):
    """Formats a record as one redacted JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; an exception keeps its type and place, never its values."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H"),  # no minutes: they could be laid beside a dossier's return
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            trace = record.exc_info[2]
            while trace and trace.tb_next:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
            line["error"] = f"{record.exc_info[0].__name__} at {place}"
        return json.dumps(line, ensure_ascii=False)


def configure(level: str) -> None:
    """Send every logger of the process through the redacting formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # `sipas db upgrade` says itself what it did
