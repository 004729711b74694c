"""One backup as one file: an uncompressed zip of `map.db`, `keyring.json` and `backup.json`, which describes them.

Any zip program takes the files out again; in a folder that ends in `.mingqing` they are the project. Stored and
not compressed, so that the database, which is encrypted and would not shrink, can be opened where it lies.

The project's own definitions, `print/*.toml` and `exchange/*.toml`, are in it where there are any.

One made by hand has the pictures, `attachments.db`, in it too. Those made automatically would each have the same again:
they share a second copy of the pictures beside them and say what it is called.
"""

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from mingqing.core.errors import InputRefused
from mingqing.core.files import flush_to_disk
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.templates import EXCHANGE, FOLDERS, LARGEST, MOST, is_carried

SUFFIX = ".mingqing-backup"
DATABASE, KEYRING, ATTACHMENTS = "map.db", "keyring.json", "attachments.db"
_DESCRIPTION = "backup.json"
# A program of before there were profiles of exchange, templates, or pictures, reads those without.
_FORMAT, _WITHOUT_PROFILES, _WITHOUT_TEMPLATES, _WITHOUT_PICTURES = 4, 3, 2, 1
# Bounds on what a file from a stranger may make us read into memory.
_SMALL = 4 << 20
_LOCAL_HEADER = struct.Struct("<26xHH")
_CHUNK = 4 << 20


_OWN_PICTURES = re.compile(r"photos-[0-9a-f]{8}\.db")  # nowhere else than beside it


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself.

    project : the identity that ties keyring and database together.
    made_at : ISO 8601 with the zone.
    kind : "auto" for those that rotation may delete, "hand" for the user's own.
    head, head_hash : the last change in it, as `mq_change` has it; 0 and "" where there is none.
    stamp : by which to see whether the project changed since; see `mingqing.store.backup`.
    sha256 : of each file in it.
    pictures : the name of the file beside it that has its pictures; "" where they are in it, or there are none.
    """

    project: str
    name: str
    made_at: str
    kind: str
    head: int
    head_hash: str
    stamp: str
    sha256: Mapping[str, str]
    pictures: str = ""

    def __post_init__(self) -> None:
        datetime.fromisoformat(self.made_at).astimezone()
        texts = [self.project, self.name, self.kind, self.head_hash, self.stamp, self.pictures]
        texts += self.sha256.values()
        if not all(isinstance(t, str) for t in texts) or not isinstance(self.head, int):
            raise TypeError(texts)
        own = {name for name in self.sha256 if is_carried(name)}
        if set(self.sha256) - own - {ATTACHMENTS} != {DATABASE, KEYRING} or len(own) > MOST * len(FOLDERS):
            raise ValueError(list(self.sha256)[:5])
        if self.pictures and not _OWN_PICTURES.fullmatch(self.pictures):
            raise ValueError(self.pictures)

    @property
    def made(self) -> datetime:
        """When it was made, with a zone."""
        return datetime.fromisoformat(self.made_at).astimezone()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file whose description could be read. Its bytes are proved by `verify_bytes`."""

    file: Path
    contents: Contents


def write_description(archive: zipfile.ZipFile, contents: Contents) -> None:
    """Add the description to a backup being written."""
    said = asdict(contents)
    pictures = ATTACHMENTS in contents.sha256 or contents.pictures
    if not contents.pictures:
        del said["pictures"]
    plain = _WITHOUT_TEMPLATES if pictures else _WITHOUT_PICTURES
    folders = {name.partition("/")[0] for name in contents.sha256 if is_carried(name)}
    templates = _WITHOUT_PROFILES if folders else plain
    written = {"format": _FORMAT if EXCHANGE in folders else templates, **said}
    archive.writestr(_DESCRIPTION, json.dumps(written, ensure_ascii=False))


def read_backup(file: Path) -> Backup:
    """Read what a backup says of itself; a backup from a stranger is taken for nothing but bytes.

    Raises
    ------
    InputRefused
        if the file is missing, cut off, damaged, of a newer program, or no backup.
    """
    try:
        with file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            entries = _entries(archive, file.stat().st_size)
            fields = json.loads(_small(archive, entries[_DESCRIPTION]))
            _small(archive, entries[KEYRING])
            if int(fields.pop("format")) > _FORMAT:
                raise InputRefused(
                    tr("备份 {file} 是用更新版本的民情地图做的，请升级本软件").format(file=file.name)
                )
            contents = Contents(**fields)
            if {*contents.sha256, _DESCRIPTION} != set(entries):
                raise _not_whole(file)
            return Backup(file, contents)
    except FileNotFoundError as error:
        raise InputRefused(tr("没有找到备份文件 {file}").format(file=file)) from error
    except (*_BROKEN, OSError) as error:
        raise _not_whole(file) from error


# What `zipfile` and `json` raise on bytes that somebody made up.
_BROKEN = (
    zipfile.BadZipFile,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    struct.error,
)


def _not_whole(file: Path) -> InputRefused:
    return InputRefused(tr("{file} 不是完好的民情地图备份，请换一个备份文件").format(file=file.name))


def _entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The files by name: those we know, each once, stored as they are, within the file."""
    found = archive.infolist()
    names = [e.filename for e in found]
    others = sorted(name for name in names if name != ATTACHMENTS and not is_carried(name))
    if others != sorted((DATABASE, KEYRING, _DESCRIPTION)) or len(names) > len(set(names)):
        raise ValueError(names[:5])
    if any(is_carried(e.filename) and e.file_size > LARGEST for e in found):
        raise ValueError(names[:5])
    for entry in found:
        plain = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
        if not plain or entry.flag_bits & 1 or entry.header_offset + entry.file_size > size:
            raise ValueError(entry.filename)
    return {e.filename: e for e in found}


def _small(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > _SMALL:
        raise ValueError(entry.filename)
    return archive.read(entry)


def database_span(file: Path, name: str = DATABASE) -> tuple[int, int]:
    """Return at which byte of a backup one of its databases starts, and how many bytes it has."""
    with file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        entry = archive.getinfo(name)
        stream.seek(entry.header_offset)
        named, extra = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
        return entry.header_offset + _LOCAL_HEADER.size + named + extra, entry.file_size


def unpack(backup: Backup, folder: Path | None, watch: Watch = UNWATCHED) -> None:
    """Read a backup through and prove it by its hashes; write its files into `folder` where one is given.

    Raises
    ------
    InputRefused
        if a byte of it is not what was written.
    OSError
        if `folder` cannot be written.
    Cancelled
        if `watch` says so.
    """
    doing = tr("正在核对（MB）") if folder is None else tr("正在写入（MB）")
    with backup.file.open("rb") as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise _not_whole(backup.file) from error
        with archive:
            for name, wanted in backup.contents.sha256.items():
                chunks = _chunks(backup.file, archive, name, doing, watch)
                if folder is None:
                    found = _digest(chunks)
                else:
                    (folder / name).parent.mkdir(exist_ok=True)
                    with (folder / name).open("xb") as out:
                        found = _digest(chunks, out)
                        flush_to_disk(out)
                if found != wanted:
                    raise _not_whole(backup.file)


def _chunks(file: Path, archive: zipfile.ZipFile, name: str, doing: str, watch: Watch) -> Iterator[bytes]:
    try:
        size = archive.getinfo(name).file_size
        with archive.open(name) as source:
            yield from stepped(iter(lambda: source.read(_CHUNK), b""), size, doing, watch)
    except _BROKEN as error:
        raise _not_whole(file) from error


def stepped(chunks: Iterable[bytes], size: int, doing: str, watch: Watch) -> Iterator[bytes]:
    """Yield `chunks`, `size` bytes in all, each a step of `watch`, which counts in megabytes."""
    done = 0
    for chunk in chunks:
        watch.step(doing, done >> 20, size >> 20)
        yield chunk
        done += len(chunk)


def _digest(chunks: Iterable[bytes], out: IO[bytes] | None = None) -> str:
    """The hash of all chunks, which are written to `out` where it is given."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        if out is not None:
            out.write(chunk)
    return digest.hexdigest()


def is_sound(backup: Backup, watch: Watch = UNWATCHED) -> bool:
    """Whether every byte of a backup is what was written."""
    try:
        unpack(backup, None, watch)
    except (InputRefused, OSError):
        return False
    return True


def file_name(project: Path, made: datetime) -> str:
    """Return the name of a backup of the project folder `project` made at a local time.

    Examples
    --------
    >>> file_name(Path("松阳县.mingqing"), datetime(2026, 5, 1, 8, 30, 0))
    '松阳县-20260501-083000.mingqing-backup'
    """
    return f"{project.stem}-{made:%Y%m%d-%H%M%S}{SUFFIX}"


_OWN_NAME = re.compile(r".+-\d{8}-\d{6}" + re.escape(SUFFIX))


def backups_in(folder: Path, project: str | None = None) -> list[Backup]:
    """Return the backups of a folder, the newest first; where `project` is given, only those of that identity.

    Files of other names, and such as cannot be read, are left out.
    """
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        if not _OWN_NAME.fullmatch(file.name) or not file.is_file() or file.is_symlink():
            continue
        try:
            backup = read_backup(file)
        except InputRefused:
            continue
        if project in {None, backup.contents.project}:
            found.append(backup)
    return sorted(found, key=lambda b: (b.contents.made, b.file.name), reverse=True)
