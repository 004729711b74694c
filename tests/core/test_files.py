"""Files are whole or absent, and a folder on somebody else's machine is known for one."""

import os
from pathlib import Path

import pytest

from mingqing.core import files
from mingqing.core.files import data_dir, is_network_share, is_writable, write_whole

MOUNTS = """\
proc /proc proc rw 0 0
nas:/vol /mnt nfs4 rw 0 0
/dev/sdb1 /mnt/usb vfat rw 0 0
//server/share /mnt/with\\040space cifs rw 0 0
a line that is none
x /mnt/sshfs fuse.sshfs rw 0 0
/dev/sda1 / ext4 rw 0 0
"""


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "结果.json"
    write_whole(path, b"1" * 100_000)
    write_whole(path, b"2")
    assert path.read_bytes() == b"2"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "结果.json"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS, encoding="utf-8")
    real = files._mount_type
    monkeypatch.setattr(files, "_mount_type", lambda path, _mounts: real(path, table))
    monkeypatch.setattr(Path, "resolve", lambda self: self)


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize(
    "path", ["/mnt/town/松阳.mingqing", "/mnt/usbstick", "/mnt/with space/松阳", "/mnt/sshfs"]
)
def test_a_folder_on_a_network_share_is_known_by_its_mount(path: str) -> None:
    assert is_network_share(Path(path))


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("path", ["/home/zhen", "/mnt/usb/松阳.mingqing", "/"])
def test_a_folder_on_a_disk_of_this_machine_is_none(path: str) -> None:
    assert not is_network_share(Path(path))


def test_without_a_mount_table_a_folder_is_taken_for_local(tmp_path: Path) -> None:
    assert files._mount_type(tmp_path, tmp_path / "nowhere") == ""


def test_a_missing_file_is_not_writable(tmp_path: Path) -> None:
    assert is_writable(tmp_path)
    assert not is_writable(tmp_path / "nowhere")


def test_the_program_finds_its_own_data() -> None:
    assert (data_dir("layers") / "common.toml").is_file()
    with pytest.raises(FileNotFoundError):
        data_dir("nothing of ours")


def test_a_written_file_is_as_private_as_asked(tmp_path: Path) -> None:
    for name, private, mode in (("map.png", False, 0o644), ("keyring.json", True, 0o600)):
        before = os.umask(0o022)
        try:
            write_whole(tmp_path / name, b"x", private=private)
        finally:
            os.umask(before)
        assert (tmp_path / name).stat().st_mode & 0o777 == mode


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes that have a name")
def test_what_is_no_file_stays_what_it_is(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        with pytest.raises(OSError, match=path.name):
            write_whole(path, b"x")
    assert pipe.is_fifo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "pipe"]


def test_a_link_still_leads_to_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "map.pdf").write_bytes(b"old")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "map.pdf")
    write_whole(tmp_path / "link.pdf", b"new")
    assert (tmp_path / "link.pdf").is_symlink()
    assert (tmp_path / "map.pdf").read_bytes() == b"new"
