"""A result as text: table, Markdown, SARIF, JUnit, HTML; a diff as text and Markdown. Pure: values in, text out."""

from fleet.report.difference import diff_markdown, diff_text
from fleet.report.html import html
from fleet.report.junit import junit
from fleet.report.markdown import markdown
from fleet.report.sarif import sarif
from fleet.report.table import table

__all__ = ["diff_markdown", "diff_text", "html", "junit", "markdown", "sarif", "table"]
