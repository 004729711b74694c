"""Make what an office installs: `python build_installer.py`, on the oldest system it shall run on.

Linux: a .deb for UOS and Kylin, and a .tar.gz for others. Windows: a .zip, and an installer where Inno Setup is there.
Everything is in it: Python, Qt, SpatiaLite, layers, resources, the sample villages. See docs/install.md.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BUILD, DIST = ROOT / "build", ROOT / "dist"
PROGRAM = DIST / "mingqing"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
WINDOWS = sys.platform == "win32"
_MULTIARCH = "/usr/lib/x86_64-linux-gnu"


def main() -> None:
    """Build for the system this runs on, and print what was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spatialite", type=Path, help="mod_spatialite, where it is not a system package's")
    extension = parser.parse_args().spatialite or Path(_MULTIARCH, "mod_spatialite.so")
    if not extension.is_file():
        sys.exit(f"mod_spatialite not found at {extension}: install it, or name it with --spatialite")
    freeze(extension.absolute())
    for made in [archive(), *(windows_setup() if WINDOWS else [debian_package()])]:
        print(f"{made.relative_to(ROOT)}  {made.stat().st_size / 1e6:.0f} MB")


def freeze(extension: Path) -> None:
    """Make the program folder, from an environment that holds nothing but what it needs to run."""
    environment = BUILD / "venv"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    python = environment / ("Scripts/python.exe" if WINDOWS else "bin/python")
    pins = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    run(python, "-m", "pip", "install", "--quiet", f"{ROOT}[installer]", env=os.environ | pins)
    options: list[str | Path] = [
        "--noconfirm",
        "--distpath",
        DIST,
        "--workpath",
        BUILD,
        "--log-level",
        "WARN",
    ]
    named = os.environ | {"MINGQING_SPATIALITE": str(extension)}
    run(python, "-m", "PyInstaller", *options, ROOT / "installer" / "mingqing.spec", env=named)
    shutil.move(PROGRAM / "_internal" / "spatialite", PROGRAM)  # beside the program, where the store looks
    if WINDOWS:  # what mod_spatialite.dll itself needs is looked for beside the program
        for library in extension.parent.glob("*.dll"):
            shutil.copy(library, PROGRAM)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a program; end with its exit code where it fails."""
    if code := subprocess.run([str(part) for part in command], env=env, check=False).returncode:
        sys.exit(code)


def archive() -> Path:
    """Pack the program folder as it is."""
    kind, system = ("zip", "windows") if WINDOWS else ("gztar", "linux")
    return Path(shutil.make_archive(str(DIST / f"mingqing-{VERSION}-{system}"), kind, DIST, PROGRAM.name))


def windows_setup() -> list[Path]:
    """Make the installer, where Inno Setup's compiler is there."""
    compiler = shutil.which("ISCC")
    if compiler is None:
        return []
    run(compiler, f"/DVersion={VERSION}", ROOT / "installer" / "mingqing.iss")
    return [DIST / f"mingqing-{VERSION}-windows-setup.exe"]


def debian_package() -> Path:
    """Make the .deb, which asks for the C library its files need, and what every desktop has."""
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(PROGRAM, tree / "opt" / "mingqing", symlinks=True)
    for source, place in (
        ("mingqing.desktop", "usr/share/applications"),
        ("mingqing.svg", "usr/share/icons/hicolor/scalable/apps"),
    ):
        (tree / place).mkdir(parents=True)
        shutil.copy(ROOT / "installer" / source, tree / place)
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / "mingqing").symlink_to("/opt/mingqing/mingqing")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control(tree), encoding="utf-8")
    package = DIST / f"mingqing_{VERSION}_amd64.deb"
    run("dpkg-deb", "--build", "--root-owner-group", "-Zxz", "-z3", tree, package)
    return package


def control(tree: Path) -> str:
    """Return the package's description."""
    kilobytes = sum(f.lstat().st_size for f in tree.rglob("*")) // 1024
    fields = {
        "Package": "mingqing",
        "Version": VERSION,
        "Architecture": "amd64",
        "Maintainer": "Mingqing <noreply@localhost>",
        "Installed-Size": str(kilobytes),
        "Depends": f"libc6 (>= {newest_glibc(tree)}), libgl1, libegl1, fontconfig",
        "Section": "science",
        "Priority": "optional",
        "Description": "民情地图：每个村六张专题图，离线使用",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def newest_glibc(tree: Path) -> str:
    """Return the latest version of the C library that any file of `tree` asks for, such as 2.28."""
    asked = {(2, 17)}
    for file in tree.rglob("*"):
        if file.is_file() and not file.is_symlink() and (content := file.read_bytes())[:4] == b"\x7fELF":
            asked |= {(2, int(minor)) for minor in re.findall(rb"GLIBC_2\.(\d+)", content)}
    return ".".join(map(str, max(asked)))


if __name__ == "__main__":
    main()
