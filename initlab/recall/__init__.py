"""A run of the record: shown again, or built again."""

from initlab.recall.arguments import open_past
from initlab.recall.replay import Replay, replay
from initlab.recall.show import print_replay, print_run

__all__ = ["Replay", "open_past", "print_replay", "print_run", "replay"]
