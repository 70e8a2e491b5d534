"""Messages to citizens who were drawn: when one may be sent, to which address, how often, and in which words."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

QUIET_FROM, QUIET_UNTIL = time(21), time(7)  # no message rings at night, by the office's clock
CAP = 3  # messages to one person in one round, the first included
DAYS_BETWEEN = 3  # to one dossier
Channel = Literal["email", "phone"]
PHONE = re.compile(r"(?:\+?84|0)(\d{9})")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")


class AddressError(ValueError):
    """A text that is no phone number of Việt Nam and no e-mail address."""


@dataclass(frozen=True)
class Message:
    """What is sent. The survey address stands in the body and nowhere else."""

    subject: str
    body: str


def address(text: str) -> tuple[Channel, str]:
    """Channel and one form of a phone number or e-mail address; AddressError for anything else."""
    tidy = text.strip()
    if EMAIL.fullmatch(tidy):
        return "email", tidy.lower()
    if found := PHONE.fullmatch(re.sub(r"[ .()-]", "", tidy)):
        return "phone", f"+84{found[1]}"
    raise AddressError("This is neither a phone number such as 0912 345 678 nor an e-mail address.")


def is_quiet(now: datetime) -> bool:
    """Whether the office's clock stands in the quiet hours."""
    return now.time() >= QUIET_FROM or now.time() < QUIET_UNTIL


def too_soon(last: date | None, today: date) -> bool:
    """Whether the last message to this dossier is too fresh."""
    return last is not None and (today - last).days < DAYS_BETWEEN


def words(url: str, unit_name: str, until: date, wave: int) -> Message:
    """The first message or a reminder; the same for everyone, since nobody knows who has answered."""
    again = wave > 1
    opening_vi = "Chúng tôi xin nhắc lại lời mời" if again else "Chúng tôi kính mời Ông/Bà"
    opening_en = "This is a reminder of our invitation" if again else "We invite you"
    thanks_vi = "Nếu Ông/Bà đã trả lời, xin cảm ơn và xin bỏ qua thư này. " if again else ""
    thanks_en = "If you have answered already, thank you, and please ignore this. " if again else ""
    body = (
        f"Kính gửi Ông/Bà,\n{opening_vi} cho biết ý kiến về việc giải quyết hồ sơ tại {unit_name}. {thanks_vi}"
        f"Xin mở địa chỉ sau, nhận ý kiến đến ngày {until:%d/%m/%Y}:\n{url}\n"
        "Không ai biết phiếu nào của ai. Để không nhận tin nữa, xin trả lời: TU CHOI\n\n"
        f"{opening_en} to say how your case was handled at {unit_name}. {thanks_en}"
        f"Answers are taken until {until:%d/%m/%Y} at the address above. "
        "Nobody can tell whose answer is whose. To get no more messages, reply: TU CHOI\n"
    )
    return Message("Xin Ông/Bà cho biết ý kiến", body)
