"""Frameworks, their versions and stacks: what a chip lacks never lands on it."""

from datetime import date

import pytest

from fleet.planner.accelerators import judge

TODAY = date(2026, 12, 1)

CHAT = {
    "name": "chat",
    "kind": "inference",
    "framework": "vllm",
    "accelerator_stacks": ["cuda"],
    "precision": "bf16",
    "model_memory_gib": 150,
    "replicas": 1,
}


@pytest.mark.parametrize(
    ("framework", "family", "supported"),
    [
        pytest.param("tensorflow", "inf2", False, id="TensorFlow on Inferentia2 ended"),
        pytest.param("vllm", "inf2", False, id="vLLM has no path to Inferentia2"),
        pytest.param("vllm", "trn1", False, id="vLLM has no path to Trainium"),
        pytest.param("pytorch", "inf2", True, id="PyTorch runs on Inferentia2"),
        pytest.param("some-unusual-engine", "inf2", False, id="what Neuron does not list does not run there"),
    ],
)
def test_frameworks_on_neuron(spec_of, aws, framework, family, supported):
    """A framework that a chip lacks never lands on that chip."""
    workload = CHAT | {
        "framework": framework,
        "accelerator_stacks": ["neuron"],
        "model_memory_gib": 6,
        "candidates": {"families": [family]},
    }
    spec = spec_of(workload)

    judged = [j for j in judge(spec, spec.workloads[0], aws, today=TODAY).values() if j.family == family]

    assert judged
    assert all(j.eligible == supported for j in judged)
    assert all(("framework_unsupported" in j.reasons) != supported for j in judged)


@pytest.mark.parametrize(
    ("framework", "stack", "family", "supported"),
    [
        pytest.param("vllm", "graphics", "g6", False, id="no ML framework runs on a graphics API"),
        pytest.param("blender", "graphics", "g6", True, id="what one brings oneself may"),
        pytest.param("vllm", "cuda", "g5g", False, id="followed by the catalog and not listed for T4G"),
        pytest.param("pytorch", "cuda", "g5g", True, id="listed for T4G"),
        pytest.param("some-unusual-engine", "cuda", "g5g", True, id="CUDA runs code of one's own"),
        pytest.param(None, "neuron", "inf1", False, id="nothing runs on Inferentia any more, not even the unnamed"),
        pytest.param(None, "neuron", "inf2", True, id="an unnamed framework on a chip that has paths"),
    ],
)
def test_frameworks_on_other_stacks(spec_of, aws, framework, stack, family, supported):
    """An operator or framework that a chip lacks never lands on it."""
    narrow = {"families": [family]}
    workload = CHAT | {"framework": framework, "accelerator_stacks": [stack], "model_memory_gib": 6}
    spec = spec_of(workload | {"candidates": narrow})

    judged = [j for j in judge(spec, spec.workloads[0], aws, today=TODAY).values() if j.family == family]

    assert judged
    assert all(("framework_unsupported" in j.reasons) != supported for j in judged)


def test_vllm_on_neuron_means_trainium2(spec_of, aws):
    """A Trainium2 spot instance may serve with vLLM; its framework is no obstacle."""
    workload = CHAT | {"accelerator_stacks": ["neuron"], "interruptible": True, "framework_version": "0.24"}
    spec = spec_of(workload, region="us-east-2")

    judged = judge(spec, spec.workloads[0], aws, today=TODAY)

    assert judged["trn2.48xlarge"].eligible
    assert judged["trn2.48xlarge"].purchase == "spot"


def test_a_version_that_neuron_does_not_have_is_refused(spec_of, aws):
    """vLLM on Neuron is at 0.24."""
    workload = CHAT | {"accelerator_stacks": ["neuron"], "interruptible": True, "framework_version": "0.25"}
    spec = spec_of(workload, region="us-east-2")

    assert "framework_unsupported" in judge(spec, spec.workloads[0], aws, today=TODAY)["trn2.48xlarge"].reasons
