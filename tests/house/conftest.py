"""The package's own imports, read from its source: deferred and type-only ones count."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "initlab"


@dataclass(frozen=True)
class Import:
    """One `from module import name` of a file, the module written in full."""

    file: Path
    line: int
    module: str
    name: str

    def __str__(self):
        return (
            f"{self.file.relative_to(PACKAGE.parent)}:{self.line} imports {self.module}.{self.name}"
        )

    @property
    def room(self):
        """Where the importing file lives: 'nd' for initlab/nd/random/streams.py."""
        return room_of(self.file)

    @property
    def target_room(self):
        """Which room of initlab is entered; None for another package, '' for the front door."""
        parts = self.module.split(".")
        if parts[0] != "initlab":
            return None
        return parts[1] if len(parts) > 1 else self.name if is_module(self.name) else ""


def is_module(name):
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def room_of(file):
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            for alias in node.names:
                yield Import(file, node.lineno, node.module, alias.name)


@pytest.fixture(scope="session")
def sources():
    return sorted(PACKAGE.rglob("*.py"))


@pytest.fixture(scope="session")
def imports(sources):
    return [found for file in sources for found in imports_of(file)]
