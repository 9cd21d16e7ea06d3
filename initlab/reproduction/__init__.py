"""Published claims, measured again with initlab's own parts and judged by a band."""

from initlab.reproduction.claim import Claim, Finding, Verdict, judge
from initlab.reproduction.digits import Fitted, digits, fit
from initlab.reproduction.load import claims, load_claim
from initlab.reproduction.nets import chain, draw, many, signals
from initlab.reproduction.report import Report, check_page, findings_table, reproduce

__all__ = [
    "Claim",
    "Finding",
    "Fitted",
    "Report",
    "Verdict",
    "chain",
    "check_page",
    "claims",
    "digits",
    "draw",
    "findings_table",
    "fit",
    "judge",
    "load_claim",
    "many",
    "reproduce",
    "signals",
]
