"""Build the snapshot that ships with fleet from its source tables and the API answers that moto records.

python scripts/build_catalog.py            # write fleet/catalog/data
python scripts/build_catalog.py --check    # exit 1 when the committed snapshot is not what this would write
"""

import sys
from pathlib import Path

import moto

from fleet.catalog.building import build
from fleet.catalog.snapshot import render

CATALOG = Path(__file__).resolve().parent.parent / "fleet" / "catalog"


def main(arguments: list[str]) -> int:
    """Write or check the snapshot; the exit code."""
    tables, day = build(CATALOG / "sources", Path(moto.__file__).parent / "ec2" / "resources")
    files = render(tables, as_of=day)
    data = CATALOG / "data"
    if "--check" in arguments:
        changed = _changed(data, files)
        print("\n".join(changed) or "the snapshot is what its sources give")
        return 1 if changed else 0
    for old in data.rglob("*.*"):
        if old.is_file() and old.relative_to(data).as_posix() not in files:
            old.unlink()
    for name, content in files.items():
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes, as of {day}")
    return 0


def _changed(data: Path, files: dict[str, bytes]) -> list[str]:
    there = {path.relative_to(data).as_posix() for path in data.rglob("*.*") if path.is_file()}
    same = {name for name, content in files.items() if name in there and (data / name).read_bytes() == content}
    return [f"differs: {name}" for name in sorted((there | set(files)) - same)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
