"""Definitions, keyrings and backups made to do harm: one sentence that names the file, and no work for the machine."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mingqing.access.keyring import Keyring, KeySlot
from mingqing.access.roles import load_roles, parse_roles
from mingqing.catalog.load import catalog, load_catalog
from mingqing.core.errors import DefinitionError, InputRefused, ProjectDamaged
from mingqing.core.files import data_dir
from mingqing.store.backup import make_backup
from mingqing.store.restore import restore_backup
from mingqing.store.session import Session

# ── TOML ─────────────────────────────────────────────────────────────────────────────────────────────────────

VALUES = {
    "nested lists": "[" * 5_000 + "]" * 5_000,
    "a number of 5000 digits": "9" * 5_000,
    "a number too large for a float": "1" + "0" * 400,
    "infinity": "inf",
    "no number": "nan",
    "a long text": f'"{"x" * 100_000}"',
    "a text of lines": '"a\\nb\\r\\nc"',
    "a date": "1979-05-27",
    "a table": "{ a = { a = 1 } }",
    "a list of lists": "[[1]]",
    "SQL": '"x\\"; DROP TABLE house;--"',
}
# One key of every kind that a layer has, at its first place in the file.
KEYS = (
    "code",
    "order",
    "draws",
    "geometry",
    "keys",
    "personal",
    "links",
    "minimum",
    "privacy",
    "label",
    "symbols",
)


def assert_one_sentence(error: DefinitionError, file: str) -> None:
    assert file in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 600


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    return shutil.copytree(data_dir("layers"), tmp_path / "layers")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_a_value_that_is_none_is_refused_in_one_sentence(layers: Path, key: str, value: str) -> None:
    path = layers / "household.toml"
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(
        rf"^{key} = (\[\n(.*\n)*?\]|.*)$", lambda _: f"{key} = {value}", text, count=1, flags=re.M
    )
    assert count == 1
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_catalog(layers)
    assert_one_sentence(refused.value, "household.toml")


FILES = {
    "keys without end": ".".join(["a"] * 50_000) + " = 1",
    "tables without end": "[" + ".".join(["a"] * 50_000) + "]",
    "more than a definition": "# " + "x" * 2_000_000,
    "a name of lines": '"a\\nb" = 1',
    "a long name": f"{'a' * 100_000} = 1",
    "not text": "\udcff\udcfe",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_that_is_no_definition_is_refused_in_one_sentence(layers: Path, text: str) -> None:
    (layers / "industry.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DefinitionError) as refused:
        load_catalog(layers)
    assert_one_sentence(refused.value, "industry.toml")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("key", ["code", "villages", "tables", "fields", "duty"])
def test_a_role_that_is_none_is_refused_in_one_sentence(tmp_path: Path, key: str, value: str) -> None:
    said = {"code": '"r"', "title": '"r"', "purpose": '"r"', "tables": "{}", "fields": "{}"} | {key: value}
    text = "[[role]]\n" + "".join(f"{k} = {v}\n" for k, v in said.items())
    path = tmp_path / "roles.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_roles(path, catalog())
    assert_one_sentence(refused.value, "roles.toml")
    with pytest.raises(DefinitionError) as refused:
        parse_roles(text, catalog())
    assert_one_sentence(refused.value, "roles.toml")


@pytest.mark.parametrize(
    "symbol",
    [
        '{ type = "arrows", color = "#111111", spacing = 1e-9 }',
        '{ type = "arrows", color = "#111111", spacing = 0 }',
        '{ type = "hatch", color = "#111111", spacing = 5000 }',
        '{ type = "marker", color = "#111111", size = 1e6 }',
        '{ type = "line", color = "#111111", width = -1 }',
        '{ type = "line", color = "#111111", dash = [1e9] }',
        '{ type = "marker", color = "#111111", beside = 100000 }',
    ],
)
def test_a_symbol_that_would_be_drawn_without_end_is_refused(layers: Path, symbol: str) -> None:
    path = layers / "assistance.toml"
    text = re.sub(
        r"^symbols = (\[\n(.*\n)*?\]|.*)$", f"symbols = [{symbol}]", path.read_text("utf-8"), flags=re.M
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"assistance\.toml.*值不对"):
        load_catalog(layers)


# ── Keyrings ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.json"
    Keyring("p").with_slot("甄一一", KeySlot.seal(bytes(32), "竹子")).save(path)
    return path


Changes = dict[str, Callable[[dict[str, Any]], object]]
KEYRINGS: Changes = {
    "cost that is no number": lambda s: s | {"ops": float("nan")},
    "cost without end": lambda s: s | {"memory": float("inf")},
    "cost of 5000 digits": lambda s: s | {"ops": "9" * 5_000},
    "cost below none": lambda s: s | {"memory": -1},
    "cost of a gibibyte and one": lambda s: s | {"memory": (1 << 30) + 1},
    "a list for a text": lambda s: s | {"salt": [s["salt"]]},
    "a public key cut short": lambda s: s | {"public": "AAAA"},
    "nested": lambda s: s | {"sealed": json.loads("[" * 900 + "]" * 900)},
}


@pytest.mark.parametrize("change", KEYRINGS.values(), ids=KEYRINGS)
def test_a_keyring_with_a_slot_of_nobodys_is_refused_before_any_work(
    saved: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    content = json.loads(saved.read_bytes())
    content["slots"]["甄一一"] = [change(content["slots"]["甄一一"][0])]
    saved.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ProjectDamaged, match=r"keyring\.json"):
        Keyring.load(saved)


def test_a_keyring_that_makes_the_machine_try_slot_after_slot_is_refused(saved: Path) -> None:
    content = json.loads(saved.read_bytes())
    content["slots"]["甄一一"] *= 1_000
    saved.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ProjectDamaged):
        Keyring.load(saved)


@pytest.mark.parametrize("content", [b"[" * 5_000_000, b'{"a": "' + b"x" * 10_000_000, b'{"project": NaN}'])
def test_a_keyring_that_is_none_is_refused(saved: Path, content: bytes) -> None:
    saved.write_bytes(content)
    with pytest.raises(ProjectDamaged):
        Keyring.load(saved)


# ── Backups ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_whose_database_is_a_link_brings_back_no_link(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "U盘"
    folder.mkdir()
    sound = make_backup(session, folder)
    with zipfile.ZipFile(sound.file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["map.db"] = b"/etc/passwd"
    described = json.loads(files["backup.json"])
    described["sha256"]["map.db"] = hashlib.sha256(files["map.db"]).hexdigest()
    files["backup.json"] = json.dumps(described).encode()
    with zipfile.ZipFile(sound.file, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            archive.writestr(entry, content)
    place = restore_backup(sound.file, tmp_path / "恢复")
    assert not (place / "map.db").is_symlink()
    assert (place / "map.db").read_bytes() == b"/etc/passwd"


@pytest.mark.parametrize("size", [0xFFFFFFFE, 0x7FFFFFFF, 1])
def test_a_backup_that_lies_about_its_sizes_is_refused(session: Session, tmp_path: Path, size: int) -> None:
    folder = tmp_path / "U盘"
    folder.mkdir()
    file = make_backup(session, folder).file
    data = bytearray(file.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = size.to_bytes(4, "little") * 2
    file.write_bytes(data)
    with pytest.raises(InputRefused, match="不是完好"):
        restore_backup(file, tmp_path / "恢复")
    assert not (tmp_path / "恢复.mingqing").exists()
