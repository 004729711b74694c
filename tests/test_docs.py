"""The documentation says what is there, all of it, and leads somewhere."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from mingqing.catalog.style import StyleClass, SymbolType
from mingqing.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def _section(page: Path, heading: str) -> str:
    """The text under a heading, up to the next of its level; empty where there is none."""
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.M | re.S
    )
    return found[1] if found else ""


def _paragraphs(name: str) -> dict[str, str]:
    """What is said of each command of a section: all of it, or of a group's commands one paragraph each."""
    text = _section(DOCS / "commands.md", f"## mingqing {name}")
    commands = getattr(COMMANDS[name], "commands", None)
    if commands is None:
        return {name: text}
    said = {
        each: re.search(rf"^\* `mingqing {name} {each} .*?(?=^\* |^$|\Z)", text, re.M | re.S)
        for each in commands
    }
    return {each: found[0] if found else "" for each, found in said.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented_with_every_option(name: str) -> None:
    for each, text in _paragraphs(name).items():
        assert text, each
        command = getattr(COMMANDS[name], "commands", COMMANDS)[each]
        options = [o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"]
        assert [o for o in options if o not in text] == [], each


@pytest.mark.parametrize("name", [n for n in COMMANDS if hasattr(COMMANDS[n], "commands")])
def test_no_command_of_a_group_is_documented_that_does_not_exist(name: str) -> None:
    text = _section(DOCS / "commands.md", f"## mingqing {name}")
    assert set(re.findall(rf"^\* `mingqing {name} (\S+) ", text, re.M)) == set(COMMANDS[name].commands)


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^## mingqing (.+)$", (DOCS / "commands.md").read_text(encoding="utf-8"), re.M)
    assert set(documented) == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_both_readmes_show_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.search(r"^make demo\b", text, re.M)
        assert re.search(r"^make test\b", text, re.M)


def test_architecture_names_every_package() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    packages = [p.parent.name for p in (ROOT / "mingqing").glob("*/__init__.py")]
    assert [p for p in packages if f"`{p}`" not in text] == []


def test_layers_page_explains_every_key_in_use() -> None:
    text = (DOCS / "layers.md").read_text(encoding="utf-8")
    used = {c.name for c in fields(StyleClass)} | set(SymbolType)
    for file in (ROOT / "layers").glob("*.toml"):
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        tables = found.get("table", [])
        used |= {key for one in (*tables, found.get("layer", {})) for key in one} - {"field"}
        used |= {key for table in tables for field in table["field"] for key in field}
    assert sorted(k for k in used if f"`{k}`" not in text) == []
