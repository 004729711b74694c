"""Keeps the figure that is being drawn with the project, corner by corner, off the UI thread."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mingqing.core.errors import MingqingError
from mingqing.desktop.jobs import EditJob, Job, Jobs, ReadJob
from mingqing.store.draft import Draft, drop_draft, keep_draft, kept_draft

if TYPE_CHECKING:
    from mingqing.store.session import Session


class Journal(QObject):
    """At most one write is under way; what comes meanwhile is written after it, the last of it alone.

    Signals
    -------
    found(Draft) : a figure was left unfinished when the project was open last.
    failed(MingqingError) : the figure could not be kept; said once until it can be again.
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._on = self._writing = self._failing = False
        self._waiting: list[Draft | None] = []

    def show_project(self, session: "Session | None") -> None:
        """Work on this project from now on, and look whether a figure was left in it."""
        self._on = session is not None and session.policy.edits and session.info.read_only is None
        self._writing, self._waiting = False, []
        if self._on:

            def work(session: "Session", _job: Job[Draft | None]) -> Draft | None:
                return kept_draft(session)

            self._jobs.start(ReadJob(work, done=self._tell, topic="draft"))

    def _tell(self, draft: Draft | None) -> None:
        if draft is not None:
            self.found.emit(draft)

    def keep(self, draft: Draft | None) -> None:
        """Keep a figure in place of the one before; None for none."""
        if self._on:
            self._waiting = [draft]
            if not self._writing:
                self.flush()

    def flush(self) -> None:
        """Have what is waiting written before anything that is written later."""
        if not self._waiting:
            return
        draft = self._waiting.pop()
        self._writing = True

        def work(session: "Session", _job: Job[None]) -> None:
            drop_draft(session) if draft is None else keep_draft(session, draft)

        self._jobs.start(EditJob(work, done=self._written, failed=self._refuse))

    def _written(self, _: None) -> None:
        self._writing = self._failing = False
        self.flush()

    def _refuse(self, error: MingqingError) -> None:
        self._writing = False
        if not self._failing:
            self._failing = True
            self.failed.emit(error)
