"""The house over the code: floors, doors, no cycles, one importer of each big library."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "initlab"

FLOORS = (
    {"errors", "doors", "shelf", "version", "mortal", "html_table"},
    {"paths"},
    {"autograd"},
    {"nd"},
    {"theory"},
    {"init"},
    {"tree"},
    {"nn", "data", "optim", "tracking"},
    {"gluon"},
    {"probes", "calibrators", "training"},
    {"catalog"},
    {"config", "testing"},
    {"running"},
    {"tables", "interruption", "words", "completion", "help"},
    {"screen"},
    {"listing", "jobs", "recall", "compare", "gallery", "reproduction"},
    {"verbs"},
    {"cli"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
DOORS = {"", "__main__"}  # the front door offers the names of all floors

ONLY_IMPORTERS = {
    "hydra": {"config"},
    "omegaconf": {"config"},
    "pluggy": {"catalog"},
    "mlflow": {"tracking"},
    "PIL": {"running"},
    "matplotlib": {"running"},
    "rich": {"screen", "tables", "listing", "jobs", "recall"},
    "safetensors": {"nd"},
    "numba": {"nd"},
}


def test_every_room_has_its_floor(sources):
    rooms = {file.relative_to(PACKAGE).with_suffix("").parts[0] for file in sources}
    assert rooms - {"__init__", "__main__"} == set(FLOOR)


def test_contributing_has_every_room_on_its_floor():
    page = (PACKAGE.parent / "CONTRIBUTING.md").read_text()
    floors = page.partition("Bottom to top:")[2].partition(".")[0].split("·")
    assert tuple({room.strip() for room in floor.split(",")} for floor in floors) == FLOORS


def test_a_floor_imports_only_lower_floors(imports):
    wrong = [
        str(found)
        for found in imports
        if found.room not in DOORS
        and found.target_room is not None
        and found.target_room != found.room
        and not (found.target_room and FLOOR[found.target_room] < FLOOR[found.room])
    ]
    assert wrong == []


def test_rooms_are_entered_by_their_door(imports):
    """`from initlab.nd import tanh`, not `from initlab.nd.elementwise import tanh`."""
    wrong = [
        str(found)
        for found in imports
        if found.target_room
        and found.target_room != found.room
        and PACKAGE.parent.joinpath(*found.module.split(".")).with_suffix(".py").is_file()
        and found.module.count(".") > 1
    ]
    assert wrong == []


def test_no_cycles(imports):
    """Among files, imports inside functions and for types included."""
    files = {module_name(file): file for file in PACKAGE.rglob("*.py")}
    graph = {name: set() for name in files}
    for found in imports:
        full = f"{found.module}.{found.name}"
        target = full if full in files else found.module
        source = module_name(found.file)
        if target in files and not source.startswith(target + "."):
            graph[source].add(target)
    assert cycle_in(graph) is None


def module_name(file):
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def cycle_in(graph):
    done, path = set(), []

    def visit(node):
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        path.append(node)
        for target in sorted(graph[node]):
            if found := visit(target):
                return found
        done.add(path.pop())
        return None

    return next((found for node in sorted(graph) if (found := visit(node))), None)


def test_the_search_for_cycles_finds_one():
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_one_room_imports_a_big_library(imports, library):
    rooms = {found.room for found in imports if found.module.split(".")[0] == library}
    assert rooms == ONLY_IMPORTERS[library]


def test_mlflow_is_imported_in_one_folder(imports):
    files = [found.file for found in imports if found.module.split(".")[0] == "mlflow"]
    assert {file.parent for file in files} == {PACKAGE / "tracking" / "mlflow"}


def test_autograd_stands_on_numpy_alone(imports):
    outside = {
        found.module.split(".")[0]
        for found in imports
        if found.room == "autograd" and found.target_room is None
    }
    assert outside - set(sys.stdlib_module_names) == {"numpy"}


def doors():
    return [
        module_name(file) for file in sorted(PACKAGE.rglob("__init__.py")) if file.parent != PACKAGE
    ]


@pytest.mark.parametrize("door", ["initlab", *doors()])
def test_a_door_says_what_it_offers(door):
    module = importlib.import_module(door)
    assert len(set(module.__all__)) == len(module.__all__)
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert missing == []
    assert module.__doc__


def test_no_file_is_a_drawer():
    drawers = {"utils", "util", "helpers", "misc", "common"}
    assert [str(file) for file in PACKAGE.rglob("*.py") if file.stem in drawers] == []


def test_what_lint_or_types_may_overlook_has_its_reason():
    bare = re.compile(r"#.*(noqa(: [A-Z0-9, ]+)?|type: ignore(\[[^]]*\])?)\W*$")
    rooms = ("initlab", "tests", "plugins", "experiments", "benchmarks", "docs")
    wrong = [
        f"{file.relative_to(PACKAGE.parent)}:{number}"
        for room in rooms
        for file in (PACKAGE.parent / room).rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if bare.search(line)
    ]
    assert wrong == []


@pytest.mark.parametrize("verb", ["plan", "catalog"])
def test_plan_and_catalog_answer_without_the_slow_libraries(verb, tmp_path):
    code = (
        "import sys, initlab.cli\n"
        f"status = initlab.cli.main(['{verb}'])\n"
        "slow = {'mlflow', 'sklearn', 'matplotlib', 'pandas', 'scipy', 'numpy.random'}\n"
        "slow &= set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_theory_answers_without_mlflow(tmp_path):
    code = (
        "import sys, initlab.cli\n"
        "status = initlab.cli.main(['theory'])\n"
        "slow = {'mlflow', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else status)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_importing_the_front_door_is_light():
    code = (
        "import sys, initlab\n"
        "slow = {'mlflow', 'hydra', 'sklearn', 'matplotlib', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
