"""What workers that record are forked with besides."""

from initlab.tracking import load_mlflow

load_mlflow()
