"""sipas recordings: voices and pictures for those who do not read."""

import io
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import click
import numpy as np

from survey_app.cli.installation import with_installation
from survey_app.cli.languages import IN_FIELD
from survey_app.installation import Installation
from survey_app.services import recordings

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
LANGUAGE = click.option("--language", required=True, help="Tag of the language, such as vi.")
VOICE = "espeak-ng"
VOICES = {"vi": ("vi", "Bản thử. "), "en": ("en", "Placeholder. ")}  # voice, and what it says before each text


@click.group(name="recordings")
def recordings_group() -> None:
    """Check, add, list and remove recordings and pictures."""


@recordings_group.command(name="check")
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Report every file in PATH that cannot be used; ends with 1 if there is one."""
    found, faults = recordings.read(path)
    for fault in faults:
        click.echo(str(fault))
    size = sum(len(one.clean.content) for one in found)
    click.echo(f"{path}: {len(found)} files can be used ({size // 1024} kB), {len(faults)} cannot")
    sys.exit(1 if faults else 0)


@recordings_group.command(name="add")
@click.argument("path", type=FOLDER)
@LANGUAGE
@IN_FIELD
@with_installation
def add(installation: Installation, path: Path, language: str, in_field: str) -> None:
    """Take over the recordings (and pictures) in PATH: screens/NAME.mp3, ID/VERSION/TEXT.mp3; all or none."""
    found, faults = recordings.read(path)
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults or not found:
        raise click.ClickException(f"{len(faults)} files cannot be used, so none was added.")
    click.echo(f"{recordings.add(installation, language, found, in_field=in_field)} files added.")


@recordings_group.command(name="list")
@LANGUAGE
@with_installation
def list_recordings(installation: Installation, language: str) -> None:
    """Show every text that can be recorded, by the name its file must have, and what there is of it."""
    for scope in recordings.scopes():
        for row in recordings.rows(installation, language, scope):
            state = "missing" if row.medium is None else f"{row.medium.seconds:.1f} s"
            state += ", outdated: the words have changed" if row.outdated else ""
            state += ", placeholder" if row.medium and row.medium.placeholder else ""
            state += ", picture" if row.picture else ""
            click.echo(f"{scope}/{row.key}\t{state}\t{row.text}")


@recordings_group.command(name="remove")
@LANGUAGE
@click.option("--placeholders", is_flag=True, help="Only those that a machine speaks.")
@IN_FIELD
@with_installation
def remove(installation: Installation, language: str, in_field: str, *, placeholders: bool) -> None:
    """Take away all recordings of a language (pictures: --language und)."""
    kept = installation.languages.contents().media.get(language, {})
    names = [name for name, one in kept.items() if one.placeholder or not placeholders]
    click.echo(f"{recordings.remove(installation, language, names, in_field=in_field)} recordings removed.")


@recordings_group.command(name="placeholder")
@LANGUAGE
@click.option("--scope", "wanted", multiple=True, help="Only these: screens, or a questionnaire such as kiosk-short/1.")
@with_installation
def placeholder(installation: Installation, language: str, wanted: tuple[str, ...]) -> None:
    """Let espeak-ng speak every text that has no recording, marked as placeholder; for trials, not for citizens."""
    if language not in VOICES:
        raise click.ClickException(f"A machine speaks {' and '.join(VOICES)} only; other languages need a person.")
    program = shutil.which(VOICE)
    if program is None:
        raise click.ClickException(f"{VOICE} is missing; `apt install espeak-ng` installs it.")
    rows = [row for scope in wanted or recordings.scopes() for row in recordings.rows(installation, language, scope)]
    wanting = [row for row in rows if row.medium is None or row.outdated]
    found = [recordings.found(one.scope, one.key, "voice.wav", _spoken(program, language, one.text)) for one in wanting]
    recordings.add(installation, language, found, placeholder=True)
    click.echo(f"{len(found)} placeholder recordings made. Screens mark them, so that nobody takes them for real ones.")


def _spoken(program: str, language: str, text: str) -> bytes:
    """Let the machine speak a text, with the mark before it; small enough for a kiosk to keep them all."""
    voice, mark = VOICES[language]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        said = [program, "-v", voice, "-s", "165", "-w", str(path), "--stdin"]
        subprocess.run(said, input=(mark + text).encode(), check=True, timeout=60)  # noqa: S603 - our own arguments
        return _small(path.read_bytes())


def _small(content: bytes) -> bytes:
    """Half the samples, 8 bits each: a quarter of the bytes, and a robot's voice loses nothing by it."""
    with wave.open(io.BytesIO(content)) as found:
        samples = np.frombuffer(found.readframes(found.getnframes()), "<i2").astype(np.float64)
        rate = found.getframerate()
    halved = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as kept:
        kept.setparams((1, 1, rate // 2, 0, "NONE", "not compressed"))
        kept.writeframes(np.clip(np.rint(halved / 256) + 128, 0, 255).astype(np.uint8).tobytes())
    return buffer.getvalue()
