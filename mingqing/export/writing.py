"""What a format's writer is given, and what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.layer import Layer


@dataclass(frozen=True)
class Options:
    """How a format is to be written. encoding : "UTF-8" or "GBK". project : its name, for titles."""

    encoding: str = "UTF-8"
    project: str = ""
    about: str = ""
    watch: Watch = UNWATCHED


@dataclass
class Written:
    """What a writer did: files by layer name, and sentences about what is other than asked (a layer divided, say)."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Write(Protocol):
    """How every module of `files/` writes.

    `place` is a new path whose folder exists: of the file, or of the folder, that is to be made; what stands there is
    put in its place only when all is done, so a writer may leave half of it behind. Layers come one at a time, so that
    the memory holds one. Raises `InputRefused` with one sentence where the format cannot hold something, `OSError`
    where the disk is full.
    """

    def __call__(self, layers: Iterable[Layer], place: Path, options: Options) -> Written:
        """Write layers to `place`."""
        ...
