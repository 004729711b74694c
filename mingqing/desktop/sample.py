"""The sample villages as a project of the user's, to look around in."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths

from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.text import tr
from mingqing.ingest.run import import_paths
from mingqing.store.project import SUFFIX, create_project, open_project

if TYPE_CHECKING:
    from mingqing.store.session import Session


def sample_folder() -> Path | None:
    """Return where the sample villages lie, or None in an installation without them."""
    try:
        folder = data_dir("data_samples") / "三村"
    except FileNotFoundError:
        return None
    return folder if folder.is_dir() else None


def sample_project(villages: Path) -> "Session":
    """Open the sample project in the user's data folder; the first time make it of the folder `villages`."""
    place = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))
    path = place / (tr("三村示例") + SUFFIX)
    if not path.exists():
        # Made beside and then renamed: what was interrupted is not taken for the sample.
        unfinished = place / (tr("三村示例（未完成）") + SUFFIX)
        shutil.rmtree(unfinished, ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
        with create_project(unfinished, tr("竹源乡三村（示例）"), user=USER, password=PASSWORD) as session:
            import_paths(session, [villages])
        unfinished.rename(path)
    return open_project(path, user=USER, password=PASSWORD)
