"""What a preview or check gives: prices and findings of a stack, as one value."""

from fleet.result.against import against, failing, fails
from fleet.result.assemble import assemble
from fleet.result.codec import as_stored, parse_result, read_result, result_json, result_values
from fleet.result.diff import Diff, diff, diff_values
from fleet.result.model import CatalogStamp, Counts, Exemption, Finding, Level, NotAnswered, Result, Severity

__all__ = [
    "CatalogStamp",
    "Counts",
    "Diff",
    "Exemption",
    "Finding",
    "Level",
    "NotAnswered",
    "Result",
    "Severity",
    "against",
    "as_stored",
    "assemble",
    "diff",
    "diff_values",
    "failing",
    "fails",
    "parse_result",
    "read_result",
    "result_json",
    "result_values",
]
