"""Bringing a backup back, always to a new place."""

from pathlib import Path

from mingqing.access.keyring import Keyring
from mingqing.core.errors import InputRefused
from mingqing.core.files import flush_to_disk
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.archive import ATTACHMENTS, KEYRING, Backup, read_backup, unpack
from mingqing.store.inside import raw_chunks
from mingqing.store.project import SUFFIX, built_beside


def restore_backup(file: Path, path: Path, watch: Watch = UNWATCHED) -> Path:
    """Make a project of a backup and return its folder, which appears whole or not at all.

    Needs no password: what comes back is as encrypted as it was. Every byte is compared with the hashes that the
    backup was proved by when it was made; the pictures of an automatic one come from the copy beside it, where
    that is there.

    Parameters
    ----------
    path : the folder to make; `.mingqing` is added where it is missing.

    Raises
    ------
    InputRefused
        if something is there already, or the file is no sound backup.
    ProjectUnavailable
        if the place cannot be written or is full.
    """
    path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
    if path.exists():
        raise InputRefused(tr("{path} 已经存在；恢复不会覆盖旧项目，请换个名字或位置").format(path=path))
    backup = read_backup(file)
    with built_beside(path, tr("不能恢复到 {place}，没有留下半个项目；请检查磁盘空间和权限")) as building:
        unpack(backup, building, watch)
        _bring_pictures(backup, building)
        if Keyring.load(building / KEYRING).project != backup.contents.project:
            raise InputRefused(tr("备份 {file} 的密钥文件不是它自己的，请换一个备份").format(file=file.name))
    return path


def _bring_pictures(backup: Backup, folder: Path) -> None:
    """Copy the pictures that lie beside an automatic backup, with what is to be undone of a writing that was killed."""
    if not backup.contents.pictures:
        return
    for end in ("-journal", ""):
        file = backup.file.with_name(backup.contents.pictures + end)
        if file.is_file():
            with (folder / f"{ATTACHMENTS}{end}").open("xb") as out:
                out.writelines(raw_chunks(file))
                flush_to_disk(out)
