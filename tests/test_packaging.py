"""What is shipped: six packages under their own names, with everything they read at run time, and pins that fit."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "smm", "connectors", "storage", "config")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
READ_AT_RUN_TIME = (".html", ".css", ".js", ".svg", ".mo", ".mako", ".env", ".typed", ".jpg", ".png", ".json", ".txt")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_six_packages_and_nothing_else(wheel: set[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == {*PACKAGES, f"copydesk-{PROJECT['project']['version']}.dist-info"}


def test_the_wheel_holds_all_that_is_read_at_run_time(wheel: set[str]) -> None:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = {name for name in listed.stdout.splitlines() if name.endswith((*READ_AT_RUN_TIME, ".py"))}
    assert wanted - wheel == set()
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel


def test_no_other_distribution_owns_our_names() -> None:
    owners = metadata.packages_distributions()
    assert {name: owners.get(name) for name in PACKAGES if set(owners.get(name, ["copydesk"])) != {"copydesk"}} == {}


def test_the_command_answers() -> None:
    (command,) = (each for each in metadata.entry_points(group="console_scripts") if each.name == "copydesk")
    assert command.value == PROJECT["project"]["scripts"]["copydesk"]
    told = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, check=True, capture_output=True, text=True)
    for word in ("run", "demo", "check", "migrate", "routes", "networks"):
        assert re.search(rf"\b{word}\b", told.stdout)


def test_the_changelog_tells_this_version() -> None:
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == PROJECT["project"]["version"]


def pins(file: str) -> dict[str, Requirement]:
    """Return the pinned requirements of a file by name."""
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = [line.rstrip(" \\") for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_is_exact_hashed_and_names_no_address(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(
        r"^\s*-", re.sub(r"^\s+--hash=sha256:[0-9a-f]{64}( \\)?$", "", text, flags=re.MULTILINE), re.MULTILINE
    )
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"\S+==\S+( ; .+)? \\\n", block), block.splitlines()[0]
        assert "--hash=sha256:" in block


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    groups = PROJECT["dependency-groups"]
    runtime, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    wanted = {
        "requirements.txt": [*PROJECT["project"]["dependencies"], *groups["build"]],
        "requirements-dev.txt": groups["dev"],
    }
    for file, specifications in wanted.items():
        for wish in map(Requirement, specifications):
            pinned = (runtime if file == "requirements.txt" else dev)[canonicalize_name(wish.name)]
            (exact,) = pinned.specifier
            assert wish.specifier.contains(exact.version), f"{file}: {pinned} is not {wish}: make pins"


def test_both_files_agree() -> None:
    runtime, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: str(each) for name, each in runtime.items()} == {name: str(dev.get(name)) for name in runtime}
