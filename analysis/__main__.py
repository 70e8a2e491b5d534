"""The command line of the statistics: `python -m analysis COMMAND`."""

import argparse
import sys
from collections.abc import Sequence

from analysis import command_estimate, command_index, command_rank, command_verify, command_weights
from analysis.errors import AnalysisError

COMMANDS = (  # each has add(commands) and run(arguments), which may return an exit code
    command_estimate,
    command_index,
    command_rank,
    command_verify,
    command_weights,
)
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input gives one message and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Statistics of satisfaction surveys.")
    commands = parser.add_subparsers(title="commands", required=True)
    for command in COMMANDS:
        command.add(commands)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed) or 0)
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
