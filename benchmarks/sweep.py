"""What a sweep of 27 runs costs, here and in a plain script: python benchmarks/sweep.py

Both train the same nets on the same data for as many steps, on two joblib workers, into MLflow on
SQLite, in a directory where the record exists already. The plain script (Hydra, PyTorch, MLflow's
fluent API, a metric at a time) is written in the manner of public templates; its weights' and
gradients' moments are logged as often as initlab's probes look.

Then it tells where the two workers' time went. A run's own work is what it does without those who
watch it: building, drawing, training, probing. What is not: bookkeeping, from the end of a worker's
job to the end of its next; the start, up to the end of each worker's first job, which imports and
opens; the end, when one worker has no job any more and the sweep is summed up.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AXES = ("model.depth=2,3,4", "seed=1,2,3")
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
JOBS = 27
CONFIG = """
defaults: [_self_]
init: xavier
model: {depth: 3, width: 256}
training: {epochs: 100, batch_size: 64, lr: 0.1}
seed: 0
"""
SCRIPT = """
import hydra, mlflow, torch
from omegaconf import OmegaConf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

INIT = {
    "xavier": nn.init.xavier_uniform_,
    "he": nn.init.kaiming_normal_,
    "orthogonal": nn.init.orthogonal_,
}

def flat(node, prefix=""):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value

@hydra.main(version_base="1.3", config_path=".", config_name="plain")
def main(config):
    torch.set_num_threads(1)
    torch.manual_seed(config.seed)
    x, y = load_digits(return_X_y=True)
    x = (x - x.mean()) / x.std()
    parts = train_test_split(x, y, test_size=0.2, random_state=config.seed)
    x, test_x = (torch.tensor(p, dtype=torch.float32) for p in parts[:2])
    y, test_y = (torch.tensor(p) for p in parts[2:])
    layers, size = [], 64
    for _ in range(config.model.depth):
        layers += [nn.Linear(size, config.model.width), nn.ReLU()]
        size = config.model.width
    net = nn.Sequential(*layers, nn.Linear(size, 10))
    for layer in net:
        if isinstance(layer, nn.Linear):
            INIT[config.init](layer.weight)
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(net.parameters(), lr=config.training.lr)
    loss_of = nn.CrossEntropyLoss()
    mlflow.set_tracking_uri(config.get("uri", "sqlite:///mlflow.db"))
    mlflow.set_experiment("plain")
    with mlflow.start_run(run_name=f"{config.init}-{config.seed}"):
        mlflow.log_params(dict(flat(OmegaConf.to_container(config))))
        steps = config.training.epochs * -(-len(x) // config.training.batch_size)
        step, every = 0, steps // 21
        for epoch in range(config.training.epochs):
            for batch in torch.randperm(len(x)).split(config.training.batch_size):
                loss = loss_of(net(x[batch]), y[batch])
                optimizer.zero_grad()
                loss.backward()
                if step % every == 0:
                    for name, p in net.named_parameters():
                        mlflow.log_metric(f"weight_std/{name}", p.std().item(), step=step)
                        mlflow.log_metric(f"grad_std/{name}", p.grad.std().item(), step=step)
                optimizer.step()
                step += 1
            with torch.no_grad():
                out = net(test_x)
            mlflow.log_metric("train/loss", loss.item(), step=step)
            mlflow.log_metric("test/loss", loss_of(out, test_y).item(), step=step)
            accuracy = (out.argmax(1) == test_y).float().mean().item()
            mlflow.log_metric("test/accuracy", accuracy, step=step)
        torch.save(net.state_dict(), "net.pt")
        mlflow.log_artifact("net.pt")

main()
"""


def seconds(arguments: tuple[str, ...], cwd: Path) -> float:
    # byte code is kept, as an installed package has it
    kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=cwd, env=kept, check=True, capture_output=True)
    return time.perf_counter() - start


def jobs(sweep: Path) -> list[list[tuple[float, float]]]:
    """Return when each job ended and the seconds of its own work, in order, by worker."""
    workers: dict[str, list[tuple[float, float]]] = {}
    for file in sweep.rglob("outcome.json"):
        with file.with_name("journal.jsonl").open() as journal:
            worker = json.loads(next(journal))["tags"]["initlab.pid"]
        seconds = json.loads(file.read_text())["seconds"]
        workers.setdefault(worker, []).append((file.stat().st_mtime, seconds))
    return [sorted(found) for found in workers.values()]


def spent(sweep: Path, began: float, ended: float) -> dict[str, float]:
    """Return the seconds of both workers by what they went into."""
    workers = jobs(sweep)
    later = sum(found[-1][0] - found[0][0] for found in workers)
    worked = sum(seconds for found in workers for _, seconds in found[1:])
    return {
        "own work of the runs": worked + sum(found[0][1] for found in workers),
        "their bookkeeping, after each worker's first": later - worked,
        "the start": sum(end - began - seconds for (end, seconds), *_ in workers),
        "the end": sum(ended - found[-1][0] for found in workers),
        "share of bookkeeping in a run after the first": 1 - worked / later,
    }


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as place:
        here, plain = Path(place) / "here", Path(place) / "plain"
        here.mkdir()
        plain.mkdir()
        (plain / "plain.yaml").write_text(CONFIG)
        (plain / "script.py").write_text(SCRIPT)
        seconds(("-m", "initlab", "training.epochs=1"), here)
        seconds(("script.py", "training.epochs=5"), plain)
        inits = "init=xavier,he,orthogonal"
        began = time.time()
        ours = seconds(("-m", "initlab", "-m", f"+{inits}", *AXES, *JOBLIB), here)
        (sweep,) = (here / "multirun").glob("*/*")
        went = spent(sweep, began, began + ours)
        theirs = seconds(("script.py", "-m", inits, *AXES, *JOBLIB), plain)
        again = seconds(("-m", "initlab", "-m", f"+{inits}", *AXES, *JOBLIB), here)
    print("| 27 runs on two workers | seconds | runs per minute |\n|---|---|---|")
    for name, took in (("initlab", ours), ("plain Hydra + PyTorch + MLflow", theirs)):
        print(f"| {name} | {took:.1f} | {60 * JOBS / took:.0f} |")
    print(f"| the same command of initlab again | {again:.1f} | - |")
    print(f"\n{theirs / ours:.1f} times as many a minute.\n")
    print("| where both workers' time went | seconds | share |\n|---|---|---|")
    *parts, (name, share) = went.items()
    for part, took in parts:
        print(f"| {part} | {took:.1f} | {took / ours / 2:.1%} |")
    print(f"| {name} | - | {share:.1%} |")


if __name__ == "__main__":
    main()
