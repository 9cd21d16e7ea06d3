"""From a composed config to a RunSpec: the only place that sees both worlds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from initlab.catalog import Entry
from initlab.config.model import ModelReader, read_ties
from initlab.config.spec import InitSpec, ProbeSpec, RunSpec, TrainingSpec
from initlab.config.typed import instance, known_keys, mapping, noting, typed
from initlab.errors import BadTypeError, BadValueError, ConfigError, UnknownNameError
from initlab.init import Initializer, Load, Role, Rule
from initlab.optim import optimizers, schedules
from initlab.tracking import TrackingSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.catalog import Catalog
    from initlab.optim import Optimizer

__all__ = ["parse"]

TOP = (
    "model", "init", "data", "optim", "training", "seed", "threads", "random_source", "probes",
    "tracking",
)  # fmt: skip


WHEN = ("match", "times", "every")  # of a probe's keys those that are not its own options


def parse(config: DictConfig, catalog: Catalog, *, resolved: bool = False) -> RunSpec:
    """Read every key of a composed config.

    Args:
        config: from Hydra, or the text of a RunSpec.
        catalog: what names stand for.
        resolved: whether its interpolations are gone; which sizes they used is not asked then.

    Raises:
        InitlabError: for a key, name, type or value that is not allowed; a note says where.
    """
    unresolved = None if resolved else str(OmegaConf.to_container(config, resolve=False))
    tree = _resolved(config)
    tree = {k: v for k, v in tree.items() if k not in ("hydra", "experiment")}
    known_keys(tree, TOP, "key of the config")
    for key in TOP:
        if key not in tree:
            raise ConfigError(f"The config has no {key!r}; a run needs it: +{key}=VALUE.")
    reader = ModelReader(catalog)
    model = reader.root(mapping(tree["model"], "model"), unresolved)
    seed = _integer(tree["seed"], "seed")
    if seed < 0:
        raise BadValueError(f"seed must be zero or positive, got {seed}.")
    source = dict(mapping(tree["random_source"], "random_source")) | {"seed": seed}
    plain = json.loads(json.dumps(tree, default=str))
    return RunSpec(
        label=_label(tree, seed),
        model=model,
        written=tuple(reader.written),
        ties=read_ties(mapping(tree["model"].get("ties"), "model.ties")),
        init=_init(mapping(tree["init"], "init"), catalog),
        data=instance(catalog, "dataset", tree["data"], "data"),
        optim=_optim(mapping(tree["optim"], "optim")),
        training=_fixed(TrainingSpec, tree["training"], "training"),
        probes=tuple(_probes(mapping(tree["probes"], "probes"), catalog)),
        source=instance(catalog, "random_source", source, "random_source"),
        seed=seed,
        threads=_integer(tree["threads"], "threads"),
        tracking=_fixed(TrackingSpec, tree["tracking"], "tracking"),
        flat=_flat(plain) | {"init": _init_name(tree)},
        config=plain,
        identity=_identity(plain),
        plugins=catalog.local,
    )


def _resolved(config: DictConfig) -> dict[str, Any]:
    try:
        tree: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise ConfigError(f"{error.full_key} has no default: {error.full_key}=VALUE.") from error
    except OmegaConfBaseException as error:
        reason = str(error).partition("\n")[0]
        refused = ConfigError(f"The config does not resolve: {reason}.")
        refused.add_note(f"in {error.full_key}")
        raise refused from error
    return tree  # type: ignore[no-any-return] # a mapping, as `config` is


def _init(node: Mapping[str, Any], catalog: Catalog) -> InitSpec:
    known_keys(node, ("file", "rules", "calibrate", *Role), "key of init")
    calibrate = node.get("calibrate")
    roles = _loaded(node.get("file"))
    for role in Role:
        if node.get(role) is not None:
            roles[role] = instance(catalog, "initializer", node[role], f"init.{role}")
    return InitSpec(
        roles=roles,
        rules=tuple(
            _rule(catalog, k, v) for k, v in mapping(node.get("rules"), "init.rules").items()
        ),
        calibrate=None
        if calibrate is None
        else instance(catalog, "calibrator", calibrate, "init.calibrate"),
    )


def _loaded(file: Any) -> dict[str, Initializer]:
    """Return what gives the parameters of every role the values of a file."""
    if file is None:
        return {}
    with noting("init.file"):
        load = Load(str(file))
    return dict.fromkeys(Role, load)


def _rule(catalog: Catalog, name: str, node: Any) -> Rule:
    key = f"init.rules.{name}"
    if not isinstance(node, Mapping) or not {"match", "use"} <= set(node):
        raise ConfigError(
            f"{key} needs `match`, a pattern over paths, and `use`, an initializer, got {node!r}: "
            f"+{key}.match=output.weight +{key}.use.name=zeros."
        )
    known_keys(node, ("match", "use", "role"), f"key of {key}")
    role = node.get("role")
    if role is not None and role not in list(Role):
        error = UnknownNameError("role", str(role), [known.value for known in Role])
        error.add_note(f"in {key}.role")
        raise error
    use: Initializer = instance(catalog, "initializer", node["use"], f"{key}.use")
    return Rule(name, str(node["match"]), use, None if role is None else Role(role))


def _probes(nodes: Mapping[str, Any], catalog: Catalog) -> Iterator[ProbeSpec]:
    for name, node in nodes.items():
        if node is None:
            continue
        key = f"probes.{name}"
        given = {"name": node} if isinstance(node, str) else dict(mapping(node, key))
        places = {k: given.pop(k) for k in WHEN if k in given}
        probe = instance(catalog, "probe", given, key, beside=WHEN)
        when = typed(Entry(name, "probe", ProbeSpec, "initlab", ""), places, key, ("name", "probe"))
        with noting(key):
            yield ProbeSpec(name, probe, **when)


def _optim(node: Mapping[str, Any]) -> Optimizer:
    values = dict(node)
    schedule = _made(schedules(), "schedule", values.pop("schedule", "constant"), "optim.schedule")
    return _made(optimizers(), "optimizer", values, "optim", schedule=schedule)  # type: ignore[no-any-return] # of the shelf


def _made(
    shelf: Mapping[str, Any], kind: str, node: Mapping[str, Any] | str, key: str, **more: Any
) -> Any:
    """Make an optimizer or schedule, which are ours alone: no plugin brings them."""
    values = {"name": node} if isinstance(node, str) else dict(mapping(node, key))
    name = str(values.pop("name", None))
    with noting(key):
        if name not in shelf:
            raise UnknownNameError(kind, name, shelf)
        entry = Entry(name, kind, shelf[name], "initlab", "")
        return shelf[name](**typed(entry, values, key), **more)


def _fixed(cls: type, node: Any, key: str) -> Any:
    """Make the one class that stands behind a key."""
    given = typed(Entry(key, "section", cls, "initlab", ""), mapping(node, key), key)
    with noting(key):
        return cls(**given)


def _integer(value: Any, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadTypeError(f"{key} must be a whole number, got {value!r}.")
    return value


def _init_name(tree: Mapping[str, Any]) -> str:
    init = tree["init"]
    without = "load" if init.get("file") else "default"
    named = init.get("calibrate") or init.get("weight") or without
    return str(named if isinstance(named, str) else named.get("name"))


def _label(tree: Mapping[str, Any], seed: int) -> str:
    model = tree["model"].get("name") or tree["model"].get("block")
    return f"{_init_name(tree)}-{model}-{tree['data'].get('name')}-s{seed}"


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{key}.")
        elif not key.startswith(("tracking.", "model.children.")):
            found[key] = str(value)
    return found


def _identity(tree: Mapping[str, Any]) -> str:
    """Hash all but the place of the record, in its order: that of blocks and rules decides too."""
    decides = {k: v for k, v in tree.items() if k != "tracking"}
    decides["init"] = _with_contents(tree["init"])
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def _with_contents(node: Any) -> Any:
    """Return the config with the content's hash for each file, whose place says nothing.

    What else is called `file`, such as a rule, stays as it is.
    """
    if not isinstance(node, Mapping):
        return node
    return {
        key: hashlib.sha256(Path(value).read_bytes()).hexdigest()
        if key == "file" and isinstance(value, str) and Path(value).is_file()
        else _with_contents(value)
        for key, value in node.items()
    }
