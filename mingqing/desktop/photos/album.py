"""Fetching pictures of rows off the UI thread, as images ready to be painted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from mingqing.core.errors import InputRefused, MingqingError
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.store.attachments import photo, thumbnail

if TYPE_CHECKING:
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Place:
    """Where pictures are named: a photo field of a row."""

    table: str
    row: int
    field: str


def decoded(jpeg: bytes) -> QImage:
    """Return a picture as an image; a null one where the bytes are none."""
    return QImage.fromData(jpeg, "JPG")  # type: ignore[arg-type]  # the stub says bytes, which it does not take


def fetch_thumbnails(
    jobs: Jobs, place: Place, names: Sequence[str], done: Callable[[dict[str, QImage]], None]
) -> Job[dict[str, QImage]]:
    """Read the thumbnails of a row; those that are no more in the project are left out."""

    def work(session: "Session", job: Job[dict[str, QImage]]) -> dict[str, QImage]:
        found = {}
        for name in names:
            if job.cancelled():
                break
            try:
                found[name] = decoded(thumbnail(session, place.table, place.row, place.field, name))
            except InputRefused:
                continue
        return found

    def nothing(_error: MingqingError) -> None:
        done({})

    return jobs.start(ReadJob(work, done=done, failed=nothing))


def fetch_photo(
    jobs: Jobs,
    place: Place,
    name: str,
    done: Callable[[QImage], None],
    failed: Callable[[MingqingError], None],
) -> Job[QImage]:
    """Read one picture at its full size."""

    def work(session: "Session", _job: Job[QImage]) -> QImage:
        return decoded(photo(session, place.table, place.row, place.field, name))

    return jobs.start(ReadJob(work, done=done, failed=failed, topic="photo"))
