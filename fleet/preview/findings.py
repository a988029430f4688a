"""What packs said, as findings of a result. The command line carries only text, so the text is parsed."""

from fleet.engine.model import PackFinding
from fleet.result.grammar import parse_message
from fleet.result.model import Exemption, Finding


def to_finding(found: PackFinding) -> Finding:
    """A finding with the fields that our own pack writes into its text; they stay None for other packs."""
    said = parse_message(found.message)
    exemption = said.exemption
    return Finding(
        rule=found.rule,
        id=said.id,
        pack=found.pack,
        level=found.level,
        severity=found.severity,
        urn=found.urn,
        message=said.text,
        remediation=found.remediation,
        documentation=found.documentation,
        monthly_saving_usd=said.monthly_saving_usd,
        exemption=Exemption(owner=exemption.owner, reason=exemption.reason, expires=exemption.expires)
        if exemption is not None
        else None,
    )
