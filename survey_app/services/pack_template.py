"""The files of a new language pack: every text that has to be translated, with the Vietnamese beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from instruments import translation
from instruments.load import load_all
from instruments.words import is_language
from survey_app.domain.language_packs import Pack, places
from survey_app.installation import Installation
from survey_app.services import screen_texts
from survey_app.services.errors import RefusedError
from survey_app.services.pack_reading import HEAD, INSTRUMENTS, SCREENS


def write(installation: Installation, tag: str, folder: Path) -> list[Path]:
    """Write the files of a pack, with what was added of this language already; an existing folder is refused."""
    if not is_language(tag) or tag in ("vi", "en"):
        raise RefusedError(f"{tag!a} is no tag of a language that can be added, such as hmn-Latn-VN.")
    if folder.exists():
        raise RefusedError(f"{folder} exists; name a folder that does not, so that nothing is overwritten.")
    pack = installation.languages.contents().packs.get(tag, Pack(tag, "", "text"))
    (folder / INSTRUMENTS).mkdir(parents=True)
    contents = {HEAD: _head(pack), SCREENS: _screens(pack)}
    contents |= {f"{INSTRUMENTS}/{key}.yaml": _instrument(pack, key) for key in load_all()}
    for name, lines in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [folder / name for name in contents]


def _head(pack: Pack) -> Iterator[str]:
    yield f"tag: {pack.tag}"
    yield "# The language's own name, as its speakers write it."
    yield f"name: {_quoted(pack.name)}"
    yield "# text: every text is translated. audio: every text is recorded, and the screen shows Vietnamese."
    yield f"offered_as: {pack.offered_as}"
    yield "# If names of ethnic groups are translated: the list they are of, 1979 or 2008."
    yield f"{'' if pack.ethnic_groups else '# '}ethnic_groups: {pack.ethnic_groups or '1979'}"


def _screens(pack: Pack) -> Iterator[str]:
    yield 'msgid ""\nmsgstr ""'
    yield f'"Language: {pack.tag}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"'
    forms = 1 + max(places(pack.plural), default=0)
    yield f'"Plural-Forms: nplurals={forms}; plural={pack.plural};\\n"'
    for one, source in screen_texts.needed().items():
        given = pack.screens.get(one, ("",) * forms)
        yield f"\n#. {source.vietnamese}"
        if source.values:
            yield "#, python-format"  # editors of .po files then compare the values
        yield f"msgid {_quoted(one)}"
        if source.plural:
            yield f"msgid_plural {_quoted(source.plural)}"
            yield from (f"msgstr[{place}] {_quoted(form)}" for place, form in enumerate(given))
        else:
            yield f"msgstr {_quoted(given[0])}"


def _instrument(pack: Pack, key: str) -> Iterator[str]:
    default: Mapping[str, str] = load_all()[key].words[load_all()[key].default_language]
    given = pack.instruments.get(key, {})
    yield "# Texts that stay empty are missing: the language is not offered for this questionnaire until none is."
    for name in translation.needed(key):
        if name != "language":  # the name stands in language.yaml
            yield f"# {default[name]}\n{name}: {_quoted(given.get(name, ''))}"


def _quoted(text: str) -> str:
    """A text as both kinds of file read it: in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
