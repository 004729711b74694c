"""校验清单.txt: a SHA-256 of every file, as `sha256sum -c` takes it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mingqing.core.text import tr
from mingqing.core.watch import Watch

NAME = "校验清单.txt"
_HOW = tr(
    "# 核对文件有没有缺、有没有改过：\n"
    "#   Linux：在这个文件夹里运行  sha256sum -c {name}\n"
    "#   Windows：在 PowerShell 里运行  Get-FileHash 文件名  ，与下面对应的一行对照（大小写不分）\n"
)


def manifest(files: Mapping[str, Path], watch: Watch) -> bytes:
    """Return the list of hashes. files : where they are now, by the names they have seen from the list's folder."""
    lines = []
    for done, (name, path) in enumerate(sorted(files.items())):
        watch.step(tr("计算校验值"), done, len(files))
        with path.open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {name}\n")
    return (_HOW.format(name=NAME) + "".join(lines)).encode()
