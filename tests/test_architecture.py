"""The rules of the house hold everywhere: layers, types, style, sizes, and no Qt below the drawing."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MODULES = sorted((ROOT / "mingqing").rglob("*.py"))
WITHOUT_QT = ("core", "crs", "catalog", "access", "digitising", "store", "ingest", "cli")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",)],
    ids=["ruff", "ruff-format", "mypy", "import-layers"],
)
def test_checker_finds_nothing(command: tuple[str, ...]) -> None:
    found = _run(str(BIN / command[0]), *command[1:])
    assert found.returncode == 0, found.stdout + found.stderr


def test_core_store_and_services_run_with_pyside6_absent() -> None:
    names = [
        ".".join(m.relative_to(ROOT).with_suffix("").parts)
        for m in MODULES
        if m.relative_to(ROOT).parts[1] in WITHOUT_QT
    ]
    program = "import sys, importlib\nsys.modules['PySide6'] = None\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names
    )
    found = _run(sys.executable, "-c", program)
    assert found.returncode == 0, found.stderr


def test_modules_are_small() -> None:
    sizes = {str(m.relative_to(ROOT)): len(m.read_text(encoding="utf-8").splitlines()) for m in MODULES}
    assert statistics.median(sizes.values()) <= 200
    assert {name: n for name, n in sizes.items() if n > 600} == {}


def test_functions_are_short() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def test_every_package_says_what_is_in_it() -> None:
    silent = [
        str(m.relative_to(ROOT))
        for m in MODULES
        if m.name == "__init__.py" and not ast.get_docstring(ast.parse(m.read_text(encoding="utf-8")))
    ]
    assert silent == []
