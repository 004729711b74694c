"""Which village a row belongs to: by its own column, by the folders it lay in, by where it is."""

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.store.geometry import decode
from mingqing.store.session import Bounds, Session

_CODE = re.compile(r"\d{12}")
_FOLDER = re.compile(r"[\d\s._、-]*([㐀-鿿]{1,20}(?:村|社区))")
_SUFFIX = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区|行政村|村)$")


def village_named(folder: str) -> str | None:
    """Return the village that a folder called after one means, None where it is called after something else.

    Examples
    --------
    >>> village_named("03小竹溪村"), village_named("小竹溪村资料")
    ('小竹溪村', None)
    """
    found = _FOLDER.fullmatch(folder)
    return found[1] if found else None


class VillageFinder:
    """The villages that the account sees, asked for by name, folder or place. Made anew when villages were written.

    An account bound to villages does not see the others: there a name counts only where it stands by itself, since
    小竹溪村 is not 竹溪村, and the name of another village is given in place of its code, which is out of reach.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bound_to = session.policy.villages
        rows = session.rows("village", ["code", "name"])
        self._codes = [str(code) if code is not None else None for code, _ in rows]
        names = [str(name or "") for _, name in rows]
        self._by_name = dict(zip(names, self._codes, strict=True))
        for name, code in zip(names, self._codes, strict=True):
            self._by_name.setdefault(_SUFFIX.sub("", name), code)
        self._by_path: dict[str, str | None] = {}

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the villages that are entered."""
        return frozenset(code for code in self._codes if code is not None)

    def by_text(self, text: str | None) -> str | None:
        """Return the code that `text` is or that the village of this name has."""
        if text is None:
            return None
        if _CODE.fullmatch(text):
            return text
        return self._by_name.get(text) or self._by_name.get(_SUFFIX.sub("", text))

    def placeholder(self, name: str) -> str | None:
        """Return what stands for the code of a village that was known by its name alone; None for others."""
        code = self.by_text(name)
        return None if code is None or _CODE.fullmatch(code) else code

    def by_path(self, path: PurePath) -> str | None:
        """Return the code that the file's name or a folder above it says, as a code or a village's name."""
        for part in (path.stem, *(p.name for p in path.parents)):
            if part not in self._by_path:
                self._by_path[part] = self._named_in(part)
            if self._by_path[part] is not None:
                return self._by_path[part]
        return None

    def _named_in(self, text: str) -> str | None:
        found = _CODE.search(text)
        if found:
            return found[0]
        known = [n for n in self._by_name if len(n) >= 2 and n in text]
        if self._bound_to is not None:
            known = [n for n in known if _stands_alone(n, text)]
            if not known:
                return village_named(text)
        return self._by_name[max(known, key=len)] if known else None

    @cached_property
    def extent(self) -> Bounds | None:
        """What all villages cover together, in the project's CRS; None where none has a boundary."""
        return self._session.extent("village")

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._session.features("village").geometry)

    def by_place(self, shapes: NDArray[np.object_]) -> list[str | None]:
        """Return the code of the village in which each of (n,) shapes lies, by a point inside it."""
        out: list[str | None] = [None] * len(shapes)
        if self._codes:
            points = shapely.point_on_surface(shapes)
            for i, village in self._tree.query(points, predicate="intersects").T:
                out[i] = self._codes[village]
        return out

    def find(
        self,
        stated: Sequence[str | None] | None,
        path: PurePath,
        geometry: Sequence[bytes | None] | None,
        count: int,
    ) -> list[str | None]:
        """Return a code for each of `count` rows, or None: what the row states, its folder, its place."""
        known = {text: self.by_text(text) for text in set(stated or ())}
        if self._bound_to is not None:
            known = {text: code or text for text, code in known.items()}
        codes: list[str | None] = [None] * count
        if stated is not None:
            codes = [known[text] for text in stated]
        if all(codes) and count:
            return codes
        folder = self.by_path(path)
        if folder is not None:
            return [c or folder for c in codes]
        if geometry is not None:
            open_rows = [i for i, c in enumerate(codes) if c is None and geometry[i] is not None]
            placed = self.by_place(decode([geometry[i] for i in open_rows]))
            for i, code in zip(open_rows, placed, strict=True):
                codes[i] = code
        if self._bound_to is not None and len(self._bound_to) == 1:
            (own,) = self._bound_to  # whose rows those are that say nothing, and lie nowhere
            codes = [
                c or (own if geometry is None or geometry[i] is None else None) for i, c in enumerate(codes)
            ]
        return codes


def _stands_alone(name: str, text: str) -> bool:
    """Whether a village's name is in a text as a name of its own, not as the end or the beginning of a longer one.

    Examples
    --------
    >>> [_stands_alone("竹溪村", text) for text in ("古市镇竹溪村人口", "小竹溪村", "竹溪口村")]
    [True, False, False]
    """
    stem = re.escape(_SUFFIX.sub("", name))
    return re.search(rf"(?<![㐀-鿿])(?:[㐀-鿿]*[县市区镇乡])?{stem}(?:村|社区|$|[^㐀-鿿])", text) is not None
