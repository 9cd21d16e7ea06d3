"""The only room that imports MLflow: a store, its experiments and their runs, by its client."""

from initlab.tracking.mlflow.experiment import Experiment, find_experiment, make_experiment
from initlab.tracking.mlflow.library import load_mlflow, version
from initlab.tracking.mlflow.run import StoredRun
from initlab.tracking.mlflow.store import Store

__all__ = [
    "Experiment",
    "Store",
    "StoredRun",
    "find_experiment",
    "load_mlflow",
    "make_experiment",
    "version",
]
