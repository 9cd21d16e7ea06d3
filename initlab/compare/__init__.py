"""Runs side by side: a leaderboard over seeds, and a page with pictures."""

from initlab.compare.board import Board, make_board
from initlab.compare.line import Line
from initlab.compare.page import make_page
from initlab.compare.significance import holm
from initlab.compare.trials import Selection, Trial, select

__all__ = ["Board", "Line", "Selection", "Trial", "holm", "make_board", "make_page", "select"]
