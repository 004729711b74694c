"""What lies beside the files that leave, so that nobody has to ask: what is in them, where from, and whether whole."""

import os
from pathlib import Path

from mingqing.core.files import write_whole
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.beside import manifest, metadata
from mingqing.export.made import Made


def write(folder: Path, made: Made, *, watch: Watch = UNWATCHED) -> list[Path]:
    """Write 数据字典.xlsx, 元数据.json and 校验清单.txt, readable by this user of the computer alone; return them.

    Parameters
    ----------
    folder : where they go, which is there: that of the files, or one that will lie beside a file as it does now, so
        that the list has `../三村.gpkg`.

    Raises
    ------
    Cancelled
        between two files.
    OSError
        where the disk is full.
    """
    from mingqing.export.beside import dictionary  # with it openpyxl, slow to import

    files = _there(folder, made)
    described = {
        dictionary.NAME: dictionary.dictionary(made, {path: name for name, path in files.items()}),
        metadata.NAME: metadata.metadata(made),
    }
    for name, content in described.items():
        write_whole(folder / name, content, private=True)
        files[name] = folder / name
    write_whole(folder / manifest.NAME, manifest.manifest(files, watch), private=True)
    return [folder / name for name in (*described, manifest.NAME)]


def _there(folder: Path, made: Made) -> dict[str, Path]:
    """Return the files in a folder, and those that were written elsewhere, by their names seen from it."""
    named = {path for paths in made.written.files.values() for path in paths}
    inside = [path for root in (folder, *named) if root.is_dir() for path in root.rglob("*")]
    every = [path for path in {*inside, *named} if path.is_file() and path != folder / manifest.NAME]
    return {Path(os.path.relpath(path, folder)).as_posix(): path for path in sorted(every)}
