"""What is shipped is whole, pinned, and free of this or that machine's addresses."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from build_installer import control, newest_glibc

ROOT = Path(__file__).resolve().parent.parent
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    return next(folder.glob("*.whl"))


def test_wheel_holds_layers_resources_and_samples(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("layers", "resources", "data_samples/三村"):
        files = [f for f in (ROOT / folder).rglob("*") if f.is_file() and "__pycache__" not in f.parts]
        assert files
        missing = {f"mingqing/bundled/{f.relative_to(ROOT).as_posix()}" for f in files} - inside
        assert missing == set()


def test_installed_wheel_finds_its_own_definitions(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from mingqing.core.files import data_dir; from mingqing.catalog.load import catalog\n"
        "assert len(catalog().themes) == 6\n"
        "print(data_dir('layers'), data_dir('data_samples'))"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [
        str(tmp_path / "mingqing" / "bundled" / name) for name in ("layers", "data_samples")
    ]


def test_every_version_is_pinned_exactly() -> None:
    assert [str(p) for p in PINS if len(p.specifier) != 1 or "==" not in str(p.specifier)] == []


def test_pins_hold_no_address() -> None:
    assert "/" not in "".join(map(str, PINS))
    assert not re.search(r"https?:|file:|^-", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)


def test_every_dependency_is_pinned_to_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {canonicalize_name(p.name): next(iter(p.specifier)).version for p in PINS}
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"], "hatchling"]
    wrong = [
        text
        for text in asked
        if pinned.get(canonicalize_name(Requirement(text).name), "") not in Requirement(text).specifier
    ]
    assert wrong == []


def test_installer_bundles_what_the_wheel_bundles() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    spec = (ROOT / "installer" / "mingqing.spec").read_text(encoding="utf-8")
    assert [f for f in build["targets"]["wheel"]["force-include"] if f'"{f}"' not in spec] == []


def test_debian_package_asks_for_the_latest_c_library_that_any_of_its_files_needs(tmp_path: Path) -> None:
    (tmp_path / "old.so").write_bytes(b"\x7fELF..GLIBC_2.9\0GLIBC_2.17\0")
    (tmp_path / "new.so").write_bytes(b"\x7fELF..GLIBC_2.4\0GLIBC_2.28\0")
    (tmp_path / "notes.txt").write_bytes(b"GLIBC_2.99")
    assert newest_glibc(tmp_path) == "2.28"
    assert "Depends: libc6 (>= 2.28)," in control(tmp_path)
