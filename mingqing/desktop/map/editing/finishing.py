"""Saving what a tool made: at once, or after the user has decided on what is wrong with it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import shapely
from PySide6.QtCore import QObject, Signal

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.map.editing.saving import Consent, Faulty
from mingqing.desktop.map.tools.tool import Offer
from mingqing.store.draft import drop_draft

if TYPE_CHECKING:
    from mingqing.desktop.editor import Editor
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

T = TypeVar("T")
Ask = Callable[[str, Sequence[Offer]], object]


class Maker(Protocol):
    """What made something that is to be saved."""

    def taken(self) -> None:
        """It is saved."""

    def reopen(self) -> None:
        """It is not, and may be corrected."""


class Finishing(QObject):
    """Carries out what tools finish.

    Signals
    -------
    said(str) : a sentence about what was saved. refused(MingqingError) : it was not, and why.
    judged() : `faults` are others than before.

    faults : where something is wrong with what is to be saved, while that is to be decided on.
    """

    said = Signal(str)
    refused = Signal(object)
    judged = Signal()

    def __init__(self, editor: "Editor", ask: Ask, parent: QObject) -> None:
        super().__init__(parent)
        self._editor, self._ask = editor, ask
        self.faults: tuple[shapely.Geometry, ...] = ()
        self._maker: Maker | None = None
        self._again: Callable[[], None] | None = None

    def save(
        self,
        why: str,
        work: "Callable[[Edit, Session, Consent], T]",
        maker: Maker,
        *,
        done: Callable[[T], object] | None = None,
        said: str = "",
        drafted: bool = False,
        consent: Consent = Consent.ASK,
    ) -> None:
        """Save what `maker` made.

        Parameters
        ----------
        why : what it is, for history and undo.
        work : writes it; raises `Faulty` where something is wrong with it that the user has not agreed to.
        drafted : whether it was kept as an unfinished figure, which it is no longer once it is saved.
        """
        self._judge((), maker)

        def whole(e: "Edit", session: "Session") -> T:
            result = work(e, session, consent)
            if drafted:
                drop_draft(session)
            return result

        def finished(result: T) -> None:
            self._maker = None
            maker.taken()
            if said:
                self.said.emit(said)
            if done is not None:
                done(result)

        def failed(error: MingqingError) -> None:
            if isinstance(error, Faulty):
                self._decide(error, again)
            else:
                self.cancel()
                self.refused.emit(error)

        again = partial(self.save, why, work, maker, done=done, said=said, drafted=drafted)
        self._editor.do(why, whole, done=finished, failed=failed)

    def _decide(self, error: Faulty, again: Callable[..., None]) -> None:
        """Show what is wrong, and ask what becomes of it."""
        self._judge(tuple(f.where for f in error.faults), self._maker)
        self._again = again
        offers = []
        if error.repairable:
            offers.append(Offer(tr("修复"), partial(again, consent=Consent.REPAIR)))
        if error.keepable:
            offers.append(Offer(tr("保留"), partial(again, consent=Consent.KEEP)))
        offers.append(Offer(tr("取消"), self.cancel))
        self._ask(str(error), offers)

    def cancel(self) -> bool:
        """Give what is to be decided on back to be corrected; return False where nothing is."""
        maker = self._maker
        self._judge((), None)
        if maker is not None:
            maker.reopen()
        return maker is not None

    def ask_again(self) -> None:
        """Judge what is to be decided on anew, by the rows that are there now; it is saved where nothing is wrong."""
        if self._again is not None:
            self._again()

    @property
    def waits(self) -> bool:
        """Whether something is to be decided on."""
        return self._again is not None

    def forget(self) -> None:
        """Leave nothing of a project behind."""
        self._maker = None
        self._judge((), None)

    def _judge(self, faults: tuple[shapely.Geometry, ...], maker: Maker | None) -> None:
        self.faults, self._maker, self._again = faults, maker, None
        if not faults:
            self._ask("", ())
        self.judged.emit()
