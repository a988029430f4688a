"""The question about a stack, read from the bytes that it comes as."""

import pytest
from fleet_policies.question import StackQuestion
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto


def resource(name):
    properties = struct_pb2.Struct()
    properties.update({"instanceType": "m7g.large", "userData": name * 300})
    return proto.AnalyzerResource(urn=f"urn:{name}", type="aws:ec2/instance:Instance", name=name, properties=properties)


@pytest.mark.parametrize("names", [(), ("web",), tuple(f"web-{number}" for number in range(40))])
def test_every_resource_of_a_question_is_read_as_it_was_sent(names):
    sent = proto.AnalyzeStackRequest(resources=[resource(name) for name in names])

    question = StackQuestion(sent.SerializeToString())

    assert list(question.resources) == list(sent.resources)
    assert list(question.resources) == list(sent.resources), "it may be read again"


@pytest.mark.parametrize(
    "unknown",
    [b"\x10\x96\x01", b"\x1a\x03abc", b"\x21" + b"\0" * 8, b"\x2d" + b"\0" * 4],
    ids=["number", "text", "double", "float"],
)
def test_fields_of_a_newer_engine_are_passed_over(unknown):
    sent = proto.AnalyzeStackRequest(resources=[resource("web")]).SerializeToString()

    assert [found.name for found in StackQuestion(unknown + sent + unknown + sent).resources] == ["web", "web"]
