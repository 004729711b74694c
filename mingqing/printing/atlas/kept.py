"""What a folder of maps holds, in its `atlas.json`: replaced whole each time, so that a crash loses nothing of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from mingqing.core.files import write_whole
from mingqing.printing.atlas.order import PLAIN, Options
from mingqing.printing.wall.asked import Asked

FILE = "atlas.json"
_FORMAT = 1
_ENDINGS = (".pdf", ".png")
_hash = partial(hashlib.blake2b, digest_size=16)

Extent = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: its name in the folder, bytes, time of its last change, and a digest."""

    name: str
    size: int
    changed_ns: int
    digest: str

    def __post_init__(self) -> None:
        # What a folder says of itself may be anybody's, and these files are replaced and deleted.
        if Path(self.name).name != self.name or "\\" in self.name or not self.name.endswith(_ENDINGS):
            raise ValueError(self.name)

    @classmethod
    def put(cls, folder: Path, name: str, content: bytes) -> "Written":
        """Write a file, readable by this user of the computer alone."""
        write_whole(folder / name, content, private=True)
        return cls(name, len(content), (folder / name).stat().st_mtime_ns, _hash(content).hexdigest())

    @classmethod
    def found(cls, folder: Path, name: str) -> "Written":
        """Return a file that was written just now."""
        with (folder / name).open("rb") as stream:
            digest = hashlib.file_digest(stream, _hash).hexdigest()
        about = (folder / name).stat()
        return cls(name, about.st_size, about.st_mtime_ns, digest)

    def is_as_written(self, folder: Path) -> bool:
        """Whether the file is there, whole and unchanged; it is read only where its time is another, as of a copy."""
        with suppress(OSError):
            about = (folder / self.name).stat()
            if about.st_size == self.size:
                return (
                    about.st_mtime_ns == self.changed_ns
                    or Written.found(folder, self.name).digest == self.digest
                )
        return False


@dataclass(frozen=True, slots=True)
class Kept:
    """A map that was wanted, and what came of it.

    village, township, theme : what they are called.
    fingerprint : of what it shows, empty before it was made. extents : the ground that it shows, project CRS.
    seconds : of a processor, to draw it. noticed : what is to be told of it.
    waiting : whether the last run was to draw it, and did not. trouble : why not, where that was the map's own.
    """

    asked: Asked
    village: str
    township: str
    theme: str
    fingerprint: str = ""
    files: tuple[Written, ...] = ()
    extents: tuple[Extent, ...] = ()
    seconds: float = 0.0
    noticed: tuple[str, ...] = ()
    waiting: bool = True
    trouble: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON holds it, without what is as usual."""
        said = {name: getattr(self, name) for name in self.__slots__}
        said["asked"] = {k: v for k, v in self.asked.as_plain().items() if v != _USUAL.get(k)}
        said["files"] = [asdict(file) for file in self.files]
        return said

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Kept":
        """Return what `as_plain` wrote."""
        return cls(
            **{
                **plain,
                "asked": Asked.from_plain(plain["asked"]),
                "files": tuple(Written(**file) for file in plain["files"]),
                "extents": tuple((a, b, c, d) for a, b, c, d in plain["extents"]),
                "noticed": tuple(map(str, plain["noticed"])),
            }
        )


_USUAL = Asked("", "").as_plain()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the maps still to be drawn will take, by what was measured in this folder: processor seconds, bytes."""

    seconds: float
    bytes: float


@dataclass(slots=True)
class Shelf:
    """A folder of maps. maps : by file name without its ending; bound : files of several maps, with a fingerprint."""

    folder: Path
    options: Options = PLAIN
    maps: dict[str, Kept] = field(default_factory=dict)
    bound: dict[str, tuple[str, Written]] = field(default_factory=dict)
    _texts: dict[str, tuple[Kept, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Shelf":
        """Return what is known of a folder: nothing where its `atlas.json` is missing, or not what was written."""
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            said = json.loads((folder / FILE).read_bytes())
            if said["format"] == _FORMAT:
                return cls(
                    folder,
                    Options.from_plain(said["options"]),
                    {str(name): Kept.from_plain(plain) for name, plain in said["maps"].items()},
                    {str(n): (str(mark), Written(**file)) for n, (mark, file) in said["bound"].items()},
                )
        return cls(folder)

    def save(self) -> None:
        """Write it down. What did not change since the last time is not made into JSON again: there are thousands."""
        for name, kept in self.maps.items():
            if name not in self._texts or self._texts[name][0] is not kept:
                self._texts[name] = kept, _json(kept.as_plain())
        maps = ",".join(f"{_json(name)}:{self._texts[name][1]}" for name in self.maps)
        bound = _json({name: (mark, asdict(file)) for name, (mark, file) in self.bound.items()})
        options = _json(self.options.as_plain())
        content = f'{{"format":{_FORMAT},"options":{options},"maps":{{{maps}}},"bound":{bound}}}'
        write_whole(self.folder / FILE, content.encode(), private=True)

    def order(self, wanted: Iterable[tuple[str, Kept]], options: Options) -> None:
        """Take note of what a run is to draw; what one before it was to draw is forgotten."""
        self.options = options
        self.maps = {name: replace(kept, waiting=False) for name, kept in self.maps.items()}
        for name, kept in wanted:
            before = self.maps.get(name, kept)
            self.maps[name] = replace(before, asked=kept.asked, waiting=True, trouble="")

    def waiting(self) -> tuple[Asked, ...]:
        """Return what the last run was to draw, and did not."""
        return tuple(kept.asked for kept in self.maps.values() if kept.waiting)

    def estimate(self, maps: int) -> Estimate | None:
        """Return what so many maps will take; None where nothing was drawn here yet."""
        drawn = [kept for kept in self.maps.values() if kept.files]
        if not drawn:
            return None
        size = sum(file.size for kept in drawn for file in kept.files)
        return Estimate(maps * sum(k.seconds for k in drawn) / len(drawn), maps * size / len(drawn))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def waiting(folder: Path) -> tuple[tuple[Asked, ...], Options] | None:
    """Return what the last run in a folder did not come to, and how it was to be; None where nothing was left."""
    shelf = Shelf.of(folder)
    left = shelf.waiting()
    return (left, shelf.options) if left else None


def estimate(folder: Path, maps: int) -> Estimate | None:
    """Return what so many maps will take; None where nothing was drawn there yet."""
    return Shelf.of(folder).estimate(maps)
