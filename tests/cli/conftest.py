"""Commands as somebody types them."""

import pytest
from click.testing import CliRunner

from survey_app.cli import sipas


@pytest.fixture
def run(installation):
    """Type a command; its exit status and what it said."""

    def run_it(*arguments):
        result = CliRunner().invoke(sipas, [str(a) for a in arguments], obj=installation)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run_it
