"""No name of a user does harm in any format, and none breaks it."""

import json
from xml.etree import ElementTree as ET

import junitparser
import pytest
from markdown_it import MarkdownIt

from fleet import report
from fleet.report.harmless import plain, short
from fleet.result import against, diff, result_json

NAMES = {
    "script": "<script>document.title='bad'</script><img src=x onerror=alert(1)>",
    "quotes": "\"'><b a=\"b' onload='x",
    "pipes": "a|b|c || \\| \\\\|",
    "backticks": "```js\n`x` ~~gone~~ **bold** __under__ *it*",
    "mentions": "@octocat @org/team #1 org/repo#2 GH-3",
    "links": "[text](https://evil.example) ![i](http://evil.example/x.png) www.evil.example",
    "terminal": "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \x9b31m",
    "lines": "one\n\n# two\r\n- three\n| a | b |\n</details>\u2028four",
    "direction": "user\u202enimda\u202c \u2066x\u2069",
    "formula": "$\\frac{1}{2}$ $$x$$",
    "markup": "[bold red]rich[/] {{ 7*7 }} {% raw %}",
    "entities": "&lt;b&gt; &amp; ]]> --> <!-- x",
    "controls": "\x00\x01\x08\x0b\x7f\ufffe\ud800 end",
    "long": "x" * 5000 + "|@#$" * 500,
}


@pytest.fixture(params=NAMES.values(), ids=list(NAMES))
def hostile(request, make):
    """A result whose every text is the name, and the same against an empty baseline."""
    name = request.param
    resource = make.resource(name, unpriced_reason=name, region=name, purchase=name, instance_types=[name])
    finding = make.finding(name, message=name, remediation=name, documentation="javascript:alert(1)", rule=name,
                           id=None, pack=name)  # fmt: skip
    result = make.result([resource], [finding], project=name, stack=name, by_use=[name], tool_version=name)
    empty = make.result([])
    return against(result, empty), diff(empty, result)


def test_a_terminal_sees_no_control_characters_and_no_line_too_long(hostile):
    for width in (60, 120):
        text = report.table(hostile[0], changes=hostile[1], width=width)

        assert not any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 for c in text)
        assert all(len(line) <= width for line in text.splitlines())
        assert "730.00" in text


def test_markdown_stays_one_heading_two_tables_and_lists_without_links_or_mentions(hostile):
    """Rendered with tables and strikethrough as on GitHub: the structure does not depend on the names."""
    result, changes = hostile
    text = report.markdown(result, changes=changes)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    cells = [sum(t.type == "td_open" for t in tokens), sum(t.type == "tr_open" for t in tokens)]

    assert len(text) <= 65_536
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h3"]
    assert sum(token.type == "table_open" for token in tokens) == 2
    # Three cells in each row of a table's body: one change and one capacity, one resource.
    assert cells == [9, 5]
    assert not {token.type for token in inline} & {"link_open", "image", "code_inline", "s_open", "em_open"}
    html = "".join(token.content for token in [*tokens, *inline] if token.type in {"html_block", "html_inline"})
    for tag in ("script", "<img", "<b ", "onload", "<!-- x"):
        assert tag not in html
    visible = "".join(token.content for token in inline if token.type == "text")
    for token in ("@o", "#1", "#2", "://", "www.evil"):
        assert token not in visible
    # Nothing of the name is lost: a bar that ended its cell would take the rest of the row with it.
    name = result.resources[0].name
    shown = [
        "".join(child.content for child in token.children if child.type == "text").replace("\u200b", "")
        for token in tokens
        if token.type == "inline"
    ]
    assert any(text.startswith(short(name, 120)) for text in shown)


def test_the_diff_as_markdown_stays_one_table(hostile):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(report.diff_markdown(hostile[1]))

    assert sum(token.type == "td_open" for token in tokens) == 6
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h3"]
    assert "\x1b" not in report.diff_text(hostile[1])


def test_the_page_holds_no_tag_attribute_or_address_of_a_name(hostile):
    text = report.html(hostile[0], changes=hostile[1])

    assert text.count("<script") == 1
    for harm in ("<img", "<b a", "javascript:", "onload='x", "\x1b", "49}}", "<!-- x"):
        assert harm not in text
    text.encode()


def test_a_terminal_sequence_leaves_nothing_behind():
    assert plain(NAMES["terminal"]) == "red link 31m"


def test_junit_is_well_formed(hostile):
    text = report.junit(hostile[0])

    assert ET.fromstring(text.encode()).tag == "testsuites"
    assert junitparser.JUnitXml.fromstring(text.encode()).failures == 1


def test_sarif_and_json_are_json(hostile):
    log = json.loads(report.sarif(hostile[0], folder="a b/é"))
    stored = json.loads(result_json(hostile[0]))

    assert len(log["runs"][0]["results"]) == len(stored["findings"]) == 1
    assert "helpUri" not in log["runs"][0]["tool"]["driver"]["rules"][0]
