"""Commands that are killed at any moment lose nothing and double nothing."""

from pathlib import Path

import pytest

from tests.support.command_kills import COMMANDS, killed_commands


@pytest.mark.slow
def test_killed_commands_are_finished_by_running_them_again(tmp_path: Path) -> None:
    done = killed_commands(2 * len(COMMANDS), tmp_path)
    assert done.faults == []
    assert done.kills == dict.fromkeys(COMMANDS, 2)
