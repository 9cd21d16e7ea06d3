"""Published claims, measured again with initlab's own parts and judged by a band."""

from initlab.reproduction.claim import Claim, Finding, Verdict, judge
from initlab.reproduction.load import claims, load_claim
from initlab.reproduction.nets import chain, draw, signals
from initlab.reproduction.report import Report, reproduce

__all__ = [
    "Claim",
    "Finding",
    "Report",
    "Verdict",
    "chain",
    "claims",
    "draw",
    "judge",
    "load_claim",
    "reproduce",
    "signals",
]
