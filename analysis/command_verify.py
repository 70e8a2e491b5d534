"""The command `verify`: whether a published bundle is signed, whole, and follows from its own cells."""

import argparse
import sys
from pathlib import Path

NO = 1


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "verify",
        help="whether a published bundle is signed, whole, and follows from its own cells",
        epilog="Exit codes: 0 yes; 1 no, with every place; 2 the check could not be made (no such key).",
    )
    parser.add_argument("bundle", type=Path, help="the bundle, .zip or folder")
    parser.add_argument("--key", type=Path, required=True, help="the publisher's public key (PEM)")
    parser.add_argument("--previous", type=Path, help="an earlier bundle of the same publisher, such as last year's")
    parser.add_argument("--previous-key", type=Path, help="the public key of the earlier bundle, if it is another one")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check and tell; 0 for yes, 1 for no. AnalysisError if the key cannot be read."""
    from analysis import release  # noqa: PLC0415 - drawing and statistics load only when they are needed

    verdict = release.verify(arguments.bundle, arguments.key, arguments.previous, arguments.previous_key)
    told = release.as_json(verdict) if arguments.json else "\n".join(release.lines(verdict))
    sys.stdout.write(f"{told}\n")
    return 0 if verdict.ok else NO
