"""What the window remembers between runs, in one small JSON file of the user's."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from mingqing.core.files import user_dir, write_whole
from mingqing.desktop.look.theme import Appearance

_RECENT = 8
LOCK_MINUTES = (
    5,
    10,
    30,
)  # after how long without a hand on it the window may be set to lock; never is no choice


@dataclass(frozen=True, slots=True)
class Recent:
    """A project opened before: its folder, the account and the village last used there."""

    path: Path
    user: str
    village: str = ""


@dataclass
class Settings:
    """Remembered choices; the projects opened lately, newest first; the hints that were shown."""

    appearance: str = "system"
    recent: list[Recent] = field(default_factory=list)
    theme: str = ""
    legend_open: bool = True
    lock_minutes: int = 10
    backup_folder: str = ""
    hints_seen: list[str] = field(default_factory=list)
    drawn: dict[str, str] = field(default_factory=dict)  # by map, the table that was drawn on it last
    printing: dict[str, object] = field(
        default_factory=dict
    )  # paper and the like, chosen last, by what it is of
    exporting: dict[str, object] = field(default_factory=dict)  # what was chosen last, by project
    path: Path | None = None

    @property
    def look(self) -> Appearance:
        """Light, dark, or as the system is."""
        try:
            return Appearance(self.appearance)
        except ValueError:
            return Appearance.SYSTEM

    @classmethod
    def load(cls) -> "Settings":
        """Read the file (`MINGQING_SETTINGS` names another); whatever is unreadable in it is forgotten."""
        path = user_dir() / "window.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            minutes = kept.get("lock_minutes")
            return cls(
                str(kept["appearance"]),
                [Recent(Path(p), str(u), str(v)) for p, u, v in kept["recent"]],
                str(kept["theme"]),
                bool(kept["legend_open"]),
                int(minutes) if minutes in LOCK_MINUTES else cls.lock_minutes,
                backup_folder=str(kept.get("backup_folder", "")),
                hints_seen=[str(name) for name in kept.get("hints_seen", [])],
                drawn={str(k): str(v) for k, v in dict(kept.get("drawn", {})).items()},
                printing=dict(kept.get("printing", {})),
                exporting=dict(kept.get("exporting", {})),
                path=path,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path=path)

    def save(self) -> None:
        """Write the file; a disk that refuses is no reason to bother anyone."""
        if self.path is None:
            return
        kept = {
            "appearance": self.appearance,
            "recent": [(str(r.path), r.user, r.village) for r in self.recent],
            "theme": self.theme,
            "legend_open": self.legend_open,
            "backup_folder": self.backup_folder,
            "lock_minutes": self.lock_minutes,
            "drawn": self.drawn,
            "hints_seen": self.hints_seen,
            "printing": self.printing,
            "exporting": self.exporting,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps(kept, ensure_ascii=False, indent=1).encode())
        except OSError:
            return

    def opened(self, path: Path, user: str) -> Recent:
        """Put a project first among the recent ones and return what is remembered of it."""
        return self._put(Recent(path.resolve(), user, self._known(path).village))

    def visited(self, path: Path, village: str) -> None:
        """Remember which village of a project was looked at last."""
        self._put(Recent(path.resolve(), self._known(path).user, village))

    def existing_recent(self) -> list[Recent]:
        """Return the recent projects that are still there."""
        return [r for r in self.recent if r.path.is_dir()]

    def _known(self, path: Path) -> Recent:
        return next((r for r in self.recent if r.path == path.resolve()), Recent(path, ""))

    def _put(self, first: Recent) -> Recent:
        self.recent = [first, *(r for r in self.recent if r.path != first.path)][:_RECENT]
        self.save()
        return first
