"""What packs said, as findings of a result. The command line carries only text, so the text is parsed."""

from fleet.engine.model import PackFinding
from fleet.result.grammar import parse_message, shown_message
from fleet.result.model import Finding


def to_finding(found: PackFinding) -> Finding:
    """A finding with the fields that our own pack writes into its text; they stay None for other packs."""
    said = parse_message(found.message)
    return Finding(
        rule=found.rule,
        id=said.id if said is not None else None,
        pack=found.pack,
        level=found.level,
        severity=found.severity,
        urn=found.urn,
        message=shown_message(said) if said is not None else _text(found.message),
        remediation=found.remediation,
        documentation=found.documentation,
        monthly_saving_usd=said.saving if said is not None else None,
        exemption=said.exemption if said is not None else None,
    )


def _text(message: str) -> str:
    """What another pack says: its text without the rule's description, which the engine puts on a line before it."""
    _, _, text = message.partition("\n")
    return text.strip() or message.strip()
