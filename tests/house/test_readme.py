"""CI runs the README's two set-up commands, to the letter."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_ci_calls_the_set_up_commands_of_the_readme():
    commands = [
        line for line in (ROOT / "README.md").read_text().splitlines() if " -m venv " in line
    ]
    assert len(commands) == 2
    script = [line.strip() for line in (ROOT / ".ci/run").read_text().splitlines()]
    assert [command for command in commands if command not in script] == []
