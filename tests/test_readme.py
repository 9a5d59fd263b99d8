from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci/run").read_text("utf-8")


def test_ci_ends_with_the_test_line_of_readme() -> None:
    last = CI.rstrip().splitlines()[-1]
    assert last.endswith(".venv/bin/pytest")
    assert last in (line.strip() for line in README.splitlines())
