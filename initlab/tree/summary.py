"""A table of what each layer of a net returns and how many parameters it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from initlab.tree.parameter import Parameter

__all__ = ["summary"]


class Row(NamedTuple):
    """One finished call of one block."""

    label: str
    shape: str
    params: int = 0
    trainable: int = 0
    shared: int = 0


def summary(net: Any, inputs: tuple[Any, ...]) -> None:
    """Run `net` on `inputs` and print a row a finished block, and the totals."""
    rows = [Row("Input", _shapes(inputs))]
    seen: set[int] = set()

    def add(block: Any, _: Any, output: Any) -> None:
        label = f"{type(block).__name__}-{len(rows)}"
        rows.append(Row(label, _shapes(output), *_count(block.params.values(), seen)))

    blocks: dict[int, Any] = {}
    net.apply(lambda block: blocks.setdefault(id(block), block))
    handles = [b.register_forward_hook(add) for b in blocks.values() if not b.transparent]
    try:
        net(*inputs)
    finally:
        for handle in handles:
            handle.detach()
    print("\n".join(_table(rows)))  # noqa: T201 - what it is for


def _count(parameters: Iterable[Parameter], seen: set[int]) -> tuple[int, int, int]:
    """Return how many numbers there are, how many learn, and how many were counted before."""
    total = trainable = shared = 0
    for parameter in parameters:
        size = parameter.data().size
        total += size
        trainable += 0 if parameter.grad_req == "null" else size
        shared += size if id(parameter) in seen else 0
        seen.add(id(parameter))
    return total, trainable, shared


def _shapes(value: Any) -> str:
    def nested(x: Any) -> Any:
        return [nested(item) for item in x] if isinstance(x, list | tuple) else _shape(x)

    found = nested(value)
    return str(found)[1:-1] if isinstance(found, list) else str(found)


def _shape(x: Any) -> Any:
    return getattr(x, "shape", x)


def _table(rows: list[Row]) -> Iterator[str]:
    line: Callable[..., str] = "{:>20}  {:>42} {:>15}".format
    total = sum(row.params for row in rows)
    trainable = sum(row.trainable for row in rows)
    shared = sum(row.shared for row in rows)
    yield "-" * 80
    yield line("Layer (type)", "Output Shape", "Param #")
    yield "=" * 80
    for row in rows:
        yield line(row.label, row.shape, row.params)
    yield "=" * 80
    yield "Parameters in forward computation graph, duplicate included"
    yield f"   Total params: {total}"
    yield f"   Trainable params: {trainable}"
    yield f"   Non-trainable params: {total - trainable}"
    yield f"Shared params in forward computation graph: {shared}"
    yield f"Unique parameters in model: {total - shared}"
    yield "-" * 80
