"""A place is in the program: not in a library, and not in fleet, also where a checkout holds program and fleet."""

from pathlib import Path
from types import SimpleNamespace

from fleet.engine.embedded.child.places import location

ROOT = Path(__file__).resolve().parents[2]


def request(*frames):
    """A registration with its innermost frame as source position, as the SDK reports it."""
    first, *others = [SimpleNamespace(uri=f"project://{path}", line=line) for path, line in frames]
    return SimpleNamespace(
        sourcePosition=first, stackTrace=SimpleNamespace(frames=[SimpleNamespace(pc=frame) for frame in others])
    )


def test_frames_of_the_components_are_passed_over():
    found = location(request((ROOT / "fleet/resources/groups.py", 47), (ROOT / "__main__.py", 8)), str(ROOT))

    assert found == ["__main__.py", 8]


def test_a_module_of_the_program_is_its_own():
    assert location(request((ROOT / "network/vpc.py", 3)), str(ROOT)) == ["network/vpc.py", 3]


def test_nothing_of_the_program_is_no_place():
    assert location(request((ROOT / "fleet/resources/groups.py", 47)), str(ROOT)) is None
