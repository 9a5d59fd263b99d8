"""A virtual environment with one package and what that requires, made without a network.

It links to what the running Python has installed. Nothing else can be imported there: neither
this project nor any plugin.
"""

import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def python_with(name: str, folder: Path) -> Path:
    """The Python of a new environment in `folder` in which only package `name` is installed."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    (site,) = folder.glob("lib/python*/site-packages")
    for package in _required(name, {}).values():
        for top in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(package.locate_file(top))))
    return folder / "bin" / "python"


def _required(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Package `name` and all that it requires, added to `found`."""
    if name.lower() not in found:
        found[name.lower()] = distribution(name)
        for line in distribution(name).requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                _required(wanted.name, found)
    return found
