"""The copies in `tests/data` are equal to the originals, where those lie beside the checkout."""

import json
from pathlib import Path

MOST_BYTES = 2_000_000
LICENCES = {
    "recorded/LICENSE": "recorded/LICENSE.massive-client-python",
    "openapi/LICENSE": "specs/LICENSE.massive-client-go",
}


def copies(data: Path) -> set[str]:
    return {file.relative_to(data).as_posix() for file in data.rglob("*") if file.is_file()}


def test_there_is_no_more_than_is_told_and_little_of_it(data: Path) -> None:
    known = {"README.md", "test_vectors.json", "openapi/massive.json", *LICENCES}
    assert {name for name in copies(data) if not name.startswith("recorded/massive_")} == known
    assert sum((data / name).stat().st_size for name in copies(data)) < MOST_BYTES


def test_files_are_equal_to_the_originals(data: Path, shared: Path) -> None:
    whole = copies(data) - {"README.md", "openapi/massive.json"}
    assert [
        name for name in whole if (data / name).read_bytes() != (shared / LICENCES.get(name, name)).read_bytes()
    ] == []


def test_the_description_is_cut_and_not_changed(data: Path, shared: Path) -> None:
    copy = json.loads((data / "openapi" / "massive.json").read_text())
    (original,) = (shared / "specs").glob("massive-openapi-*.json")
    paths = json.loads(original.read_text())["paths"]
    for path, described in copy["paths"].items():
        answer = paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        assert described == {
            "get": {"responses": {"200": {"content": {"application/json": {"schema": answer["schema"]}}}}}
        }, path
    assert "$ref" not in json.dumps(copy)
