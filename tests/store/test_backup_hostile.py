"""A backup from a stranger, or a damaged one: refused in one sentence, nothing written, or the very bytes."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.store.archive import Backup, backups_in, is_sound, read_backup
from mingqing.store.backup import make_backup
from mingqing.store.restore import restore_backup
from mingqing.store.session import Session

Files = dict[str, bytes]


@pytest.fixture
def sound(session: Session, tmp_path: Path) -> Backup:
    folder = tmp_path / "U盘"
    folder.mkdir()
    return make_backup(session, folder)


def files_of(backup: Backup) -> Files:
    with zipfile.ZipFile(backup.file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(file: Path, entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def assert_refused(file: Path, match: str = "不是完好的民情地图备份") -> None:
    place = file.parent / "恢复"
    before = set(file.parent.parent.rglob("*"))
    with pytest.raises(InputRefused, match=match) as refused:
        restore_backup(file, place)
    assert "\n" not in str(refused.value)
    assert set(file.parent.parent.rglob("*")) == before


# ── Flipped and missing bytes ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("part", [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.998])
def test_a_flipped_byte_is_refused(sound: Backup, part: float) -> None:
    raw = bytearray(sound.file.read_bytes())
    raw[int(len(raw) * part)] ^= 1
    sound.file.write_bytes(raw)
    assert not is_sound(sound)
    assert_refused(sound.file)


@pytest.mark.parametrize("part", [0, 0.001, 0.5, 0.999])
def test_a_backup_cut_off_is_refused(sound: Backup, part: float) -> None:
    raw = sound.file.read_bytes()
    sound.file.write_bytes(raw[: int(len(raw) * part)])
    assert_refused(sound.file)
    assert backups_in(sound.file.parent) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.integers(0, 1500), value=st.integers(0, 255), length=st.integers(1, 6))
def test_any_change_to_the_list_of_files_is_refused_or_changes_nothing(
    sound: Backup, tail: int, value: int, length: int
) -> None:
    raw = sound.file.read_bytes()
    at = len(raw) - 1 - tail
    changed = sound.file.with_name("改过.mingqing-backup")
    changed.write_bytes(raw[:at] + bytes([value]) * length + raw[at + length :])
    place = changed.parent / "恢复.mingqing"
    wanted = files_of(sound)
    try:
        restore_backup(changed, place)
    except InputRefused:
        assert not list(changed.parent.glob("*恢复*"))
        assert not list(changed.parent.glob(".*"))
        return
    for name in ("map.db", "keyring.json"):
        assert (place / name).read_bytes() == wanted[name]
        (place / name).unlink()
    (place / "backups").rmdir()
    place.rmdir()


# ── Made by hand to do harm ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    ["../map.db", "/tmp/map.db", "..\\map.db", "C:\\map.db", "backups/x", "map.db/", "MAP.DB"],  # noqa: S108
)
def test_a_name_that_leads_elsewhere_is_refused(sound: Backup, name: str) -> None:
    files = files_of(sound)
    write(sound.file, [*files.items(), (name, b"x")])
    assert_refused(sound.file)
    write(sound.file, [(name if n == "map.db" else n, c) for n, c in files.items()])
    assert_refused(sound.file)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(sound: Backup) -> None:
    files = files_of(sound)
    write(sound.file, [*files.items(), ("map.db", b"x")])
    assert_refused(sound.file)


@pytest.mark.parametrize("missing", ["map.db", "keyring.json", "backup.json"])
def test_a_file_that_is_missing_is_refused(sound: Backup, missing: str) -> None:
    write(sound.file, [(n, c) for n, c in files_of(sound).items() if n != missing])
    assert_refused(sound.file)


@pytest.mark.parametrize("bomb", ["map.db", "keyring.json", "backup.json"])
def test_a_zip_bomb_is_refused_unopened(sound: Backup, bomb: str) -> None:
    files = files_of(sound) | {bomb: bytes(50_000_000)}
    write(sound.file, list(files.items()), zipfile.ZIP_DEFLATED)
    assert_refused(sound.file)


def test_a_compressed_backup_is_refused_though_its_hashes_are_right(sound: Backup) -> None:
    write(sound.file, list(files_of(sound).items()), zipfile.ZIP_DEFLATED)
    assert_refused(sound.file)


def test_a_description_too_large_to_be_one_is_refused(sound: Backup) -> None:
    files = files_of(sound)
    files["backup.json"] += b" " * 5_000_000
    write(sound.file, list(files.items()))
    assert_refused(sound.file)


def test_a_keyring_too_large_to_be_one_is_refused(sound: Backup) -> None:
    files = files_of(sound)
    files["keyring.json"] += b" " * 5_000_000
    described = json.loads(files["backup.json"])
    described["sha256"]["keyring.json"] = hashlib.sha256(files["keyring.json"]).hexdigest()
    write(sound.file, list((files | {"backup.json": json.dumps(described).encode()}).items()))
    assert_refused(sound.file)


DESCRIPTIONS: dict[str, Callable[[dict[str, object]], object]] = {
    "no object": lambda d: [*d],
    "a field missing": lambda d: {k: v for k, v in d.items() if k != "made_at"},
    "a field too many": lambda d: {**d, "path": "/etc"},
    "no time": lambda d: {**d, "made_at": "yesterday"},
    "a time without end": lambda d: {**d, "made_at": "0001-01-01T00:00:00+14:00"},
    "a hash of a third file": lambda d: {**d, "sha256": {"../x": "0" * 64}},
    "no hashes": lambda d: {**d, "sha256": {}},
    "other hashes": lambda d: {**d, "sha256": {"map.db": "0" * 64, "keyring.json": "0" * 64}},
    "a number for a name": lambda d: {**d, "name": 5},
    "a text for a number": lambda d: {**d, "head": "5"},
    "no format": lambda d: {**d, "format": None},
}


@pytest.mark.parametrize("change", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_description_that_makes_no_sense_is_refused(
    sound: Backup, change: Callable[[dict[str, object]], object]
) -> None:
    files = files_of(sound)
    described = change(json.loads(files["backup.json"]))
    write(sound.file, list((files | {"backup.json": json.dumps(described).encode()}).items()))
    assert_refused(sound.file)


def test_deeply_nested_json_is_refused(sound: Backup) -> None:
    files = files_of(sound) | {"backup.json": b"[" * 1_000_000}
    write(sound.file, list(files.items()))
    assert_refused(sound.file)


def test_a_backup_of_a_newer_program_says_so(sound: Backup) -> None:
    files = files_of(sound)
    described = json.dumps({**json.loads(files["backup.json"]), "format": 5, "what": "is new"})
    write(sound.file, list((files | {"backup.json": described.encode()}).items()))
    assert_refused(sound.file, "升级本软件")


def test_a_keyring_of_another_project_is_refused(sound: Backup) -> None:
    files = files_of(sound)
    described = json.dumps({**json.loads(files["backup.json"]), "project": "0" * 32})
    write(sound.file, list((files | {"backup.json": described.encode()}).items()))
    assert_refused(sound.file, "密钥文件不是它自己的")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "U盘" / "照片.mingqing-backup"
    file.parent.mkdir()
    file.write_bytes(content)
    assert_refused(file)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="不是完好"):
        read_backup(tmp_path)
    with pytest.raises(InputRefused, match="没有找到"):
        read_backup(tmp_path / "没有")
