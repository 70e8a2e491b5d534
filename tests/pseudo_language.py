"""A made-up language for tests: Vietnamese in brackets, with a tag that ISO 639 leaves to private use.

No text of a real minority language is invented anywhere; where the brackets are missing, a text is hard-coded.
"""

import json
from pathlib import Path

from instruments import translation
from instruments.load import shipped
from survey_app.services import screen_texts

TAG = "qps"
NAME = "⟦Thử⟧"
HEARD = "qpt"  # a language that nobody reads
KIOSK, LONG = "kiosk-short/1", "sipas-2017/1"


def bracketed(text):
    return f"⟦{text}⟧"


def write_pack(folder: Path, *, instruments=(KIOSK,), offered_as="text", screens=True, without=(), **changed) -> Path:
    """Write a pack; `without` leaves texts out, `changed` gives texts other words, by their English or their key."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "language.yaml").write_text(f'tag: {TAG}\nname: "{NAME}"\noffered_as: {offered_as}\n', "utf-8")
    changed = changed.get("changed", {})
    if screens:
        (folder / "screens.po").write_text(_screens(without, changed), "utf-8")
    for key in instruments:
        words = shipped(key).words["vi"]
        texts = {name: changed.get(name, bracketed(words[name])) for name in translation.needed(key)}
        lines = [
            f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in texts.items() if name not in without
        ]
        path = folder / "instruments" / f"{key}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def write_heard_pack(folder: Path) -> Path:
    """Write the pack of a language that is offered in recordings only: it has no words of its own."""
    (write_pack(folder, instruments=(), offered_as="audio", screens=False) / "language.yaml").write_text(
        f'tag: {HEARD}\nname: "⟦Nghe⟧"\noffered_as: audio\n', "utf-8"
    )
    return folder


def _screens(without, changed):
    entries = [
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"'
    ]
    for one, source in screen_texts.needed().items():
        if one in without:
            continue
        said = json.dumps(changed.get(one, bracketed(source.vietnamese)), ensure_ascii=False)
        plural = f"\nmsgid_plural {json.dumps(source.plural, ensure_ascii=False)}" if source.plural else ""
        entries.append(f"msgid {json.dumps(one, ensure_ascii=False)}{plural}\nmsgstr{'[0]' if plural else ''} {said}")
    return "\n\n".join(entries) + "\n"
