"""A result as text: table, JSON, Markdown. Pure: results go in, text comes out."""

from fleet.report.markdown import markdown
from fleet.report.table import table

__all__ = ["markdown", "table"]
