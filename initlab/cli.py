"""The command line: a verb, run where none is said; what follows it is Hydra's grammar."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from initlab.completion import completions, line_for_hydra, plugins_of
from initlab.errors import BadValueError, InitlabError, RunFailedError, UnknownNameError
from initlab.interruption import interruptible
from initlab.words import one_run, take_number, take_options, take_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from initlab.catalog import Catalog
    from initlab.reproduction import Finding, Report

__all__ = ["main"]

USER_MISTAKE, FAILED_RUN, INTERRUPTED = 2, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with interruptible():
            status = _dispatch(arguments)
            sys.stdout.flush()
            return status
    except KeyboardInterrupt:
        print("Interrupted. What was measured is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # who reads our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED_RUN
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        return _tell(error)


def _tell(error: Exception) -> int:
    """Print an error as one message, or with its traceback, and return the exit status."""
    mistake = isinstance(error, InitlabError) and not isinstance(error, RunFailedError)
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        traceback.print_exception(error)
    else:
        name = type(error).__name__
        message = error.full() if isinstance(error, InitlabError) else f"{name}: {error}"
        way_out = "" if mistake else "\nHYDRA_FULL_ERROR=1 before the command shows where."
        print(f"initlab: {message}{way_out}", file=sys.stderr)
    return USER_MISTAKE if mistake else FAILED_RUN


def _dispatch(arguments: list[str]) -> int:
    plugins, arguments = take_plugins(arguments)
    if {"-h", "--help"} & set(arguments):
        from initlab.help import help_of

        print(help_of(arguments), end="")
        return 0
    if "--version" in arguments:
        from initlab.version import __version__

        print(f"initlab {__version__}")
        return 0
    verb = arguments[0] if arguments else ""
    if verb in VERBS:
        return VERBS[verb](arguments[1:], plugins)
    if verb.isidentifier():
        raise UnknownNameError("command", verb, VERBS)
    return _run(arguments, plugins)


def _run(arguments: list[str], plugins: list[str]) -> int:
    from initlab.config import is_multirun, launch
    from initlab.jobs import run_job, run_sweep

    line = os.environ.get("COMP_LINE") if {"-sc", "--shell-completion"} & set(arguments) else None
    catalog = _catalog([*plugins, *plugins_of(line or "")])
    if line:
        print(*completions(line, VERBS, _names(catalog)), sep="\n")
        os.environ["COMP_LINE"] = line_for_hydra(line)
    if is_multirun(arguments):
        return FAILED_RUN if run_sweep(arguments, catalog, plugins) else 0
    launch(arguments, run_job, catalog)
    return 0


def _names(catalog: Catalog) -> dict[str, Iterable[str]]:
    """Return what the verbs take that ask for names."""
    from initlab.reproduction import claims

    return {
        "catalog": {entry.name for entry in catalog.entries},
        "gallery": {*catalog.initializers, *catalog.calibrators},
        "reproduce": claims(),
    }


def _plan(arguments: list[str], plugins: list[str]) -> int:
    from initlab.config import compose
    from initlab.running import plan
    from initlab.tables import print_table

    spec = compose(arguments, catalog=_catalog(plugins))
    print_table(*plan(spec).table(), title=spec.label)
    return 0


def _theory(arguments: list[str], plugins: list[str]) -> int:
    from pathlib import Path

    from initlab.config import compose
    from initlab.running import draw_phases, forecast
    from initlab.tables import print_table

    spec = compose(arguments, catalog=_catalog(plugins))
    made = forecast(spec)
    print_table(*made.table(), title=made.label)
    print(made.verdict())
    if spec.init.calibrate is not None:
        print("A calibrator adjusts the weights after that, which this does not foretell.")
    if made.standing is not None:
        file, where = Path(f"theory-{made.label}.png"), made.standing
        with _writing(file):
            draw_phases(where.field, f"{made.label}, {made.depth} layers", file, where.label)
        print(f"Phase diagram: {file}")
    return 0


def _gallery(arguments: list[str], plugins: list[str]) -> int:
    from pathlib import Path

    options, rest = take_options(arguments, ("--out",))
    folder, catalog = Path(options.get("--out", ".")), _catalog(plugins)
    if any("=" in argument for argument in rest):
        _portray(rest, folder, catalog)
        return 0
    from initlab.gallery import make_gallery

    print(f"Gallery: {make_gallery(catalog, rest, folder)}")
    return 0


def _portray(overrides: list[str], folder: Path, catalog: Catalog) -> None:
    from initlab.config import compose
    from initlab.gallery import make_folder
    from initlab.running import draw_portrait, portray

    portrait = portray(compose(overrides, catalog=catalog))
    make_folder(folder)
    file = folder / f"gallery-{portrait.label}.png"
    with _writing(file):
        draw_portrait(portrait, file)
    print(*portrait.lines(), f"Picture: {file}", sep="\n")


def _compare(arguments: list[str], plugins: list[str]) -> int:
    from pathlib import Path

    from initlab.compare import make_board, make_page, select
    from initlab.recall import open_past
    from initlab.tables import print_table

    options, rest = take_options(arguments, ("--html", "--metric", "--below"))
    below = take_number(options, "--below")
    places = [argument for argument in rest if argument.startswith("tracking.")]
    catalog = _catalog(plugins)
    past = open_past(places, catalog)
    selection = select(past, [argument for argument in rest if argument not in places])
    board = make_board(past, selection, options.get("--metric"), below)
    print_table(*board.table(selection), title=selection.name)
    print(*selection.told(), *board.notes(), sep="\n")
    if "--html" in options:
        page, file = make_page(past, selection, board, catalog), Path(options["--html"])
        with _writing(file):
            file.write_text(page, encoding="utf-8")
        print(f"With pictures: {file}")
    return 0


def _show(arguments: list[str], plugins: list[str]) -> int:
    from initlab.recall import open_past, print_run

    name, overrides = one_run("show", arguments)
    print_run(open_past(overrides, _catalog(plugins)), name)
    return 0


def _replay(arguments: list[str], plugins: list[str]) -> int:
    from initlab.recall import open_past, print_replay, replay

    name, overrides = one_run("replay", arguments)
    catalog = _catalog(plugins)
    made = replay(open_past(overrides, catalog), name, catalog)
    print_replay(made)
    return 0 if made.holds else FAILED_RUN


def _close(arguments: list[str], plugins: list[str]) -> int:
    from initlab.recall import open_past
    from initlab.tracking import close

    name, overrides = one_run("close", arguments)
    run = close(open_past(overrides, _catalog(plugins)), name)
    print(f"{run.name} ({run.run_id[:8]}) is closed as KILLED, with what its journal holds.")
    return 0


def _reproduce(arguments: list[str], _plugins: list[str]) -> int:
    from pathlib import Path

    from initlab.reproduction import check_page, claims, load_claim
    from initlab.tables import print_table

    options, rest = take_options(arguments, ("--page",))
    names = [argument for argument in rest if "=" not in argument]
    sizes = dict(argument.split("=", 1) for argument in rest if "=" in argument)
    if sizes and not names:
        raise BadValueError(f"A size belongs to a claim: reproduce NAME {' '.join(rest)}.")
    if not names and not options:
        known = {name: load_claim(name) for name in claims()}
        rows = [(name, claim.source, claim.question) for name, claim in known.items()]
        print_table(("claim", "source", "what it is"), rows)
        return 0
    for name in names:
        load_claim(name).sized(sizes)  # a mistake is told before the first is measured
    page = Path(options["--page"]) if options else None
    if page is not None:
        check_page(page)
    for name in names or claims():
        report = _measure(name, sizes)
        if page is not None:
            report.put(page)
    return 0


def _measure(name: str, sizes: dict[str, str]) -> Report:
    """Measure a claim and print it, after an interruption as far as it came."""
    from initlab.reproduction import findings_table, load_claim, reproduce
    from initlab.screen import telling
    from initlab.tables import print_table

    claim = load_claim(name)
    found: list[Finding] = []
    print(f"{claim.source}\n{claim.claim}\nProtocol: {claim.protocol}", flush=True)

    def watch(news: Finding | str) -> None:
        tell(str(news))
        if not isinstance(news, str):
            found.append(news)

    try:
        with telling(name) as tell:
            report = reproduce(name, sizes, watch)
    finally:
        if found:
            print_table(*findings_table(found))
    print(f"{report.told()} ({report.seconds:.0f} s)")
    return report


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadValueError(f"Cannot write {file}: {error.strerror}.") from error


def _list(arguments: list[str], plugins: list[str]) -> int:
    from initlab.listing import print_catalog

    return print_catalog(_catalog(plugins), arguments)


def _catalog(plugins: list[str]) -> Catalog:
    from initlab.catalog import load_catalog

    catalog = load_catalog(plugins)
    for broken in catalog.broken:
        print(f"initlab: a plugin is left out: {broken}", file=sys.stderr)
    return catalog


VERBS: dict[str, Callable[[list[str], list[str]], int]] = {
    "run": _run,
    "plan": _plan,
    "theory": _theory,
    "gallery": _gallery,
    "compare": _compare,
    "show": _show,
    "replay": _replay,
    "close": _close,
    "reproduce": _reproduce,
    "catalog": _list,
}
