"""What the window remembers between runs, in one small JSON file of the user's."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from mingqing.core.files import write_whole
from mingqing.desktop.look.theme import Appearance

_RECENT = 8


@dataclass
class Settings:
    """Remembered choices. `recent` holds project folders with the account last used, newest first."""

    appearance: str = "system"
    recent: list[tuple[str, str]] = field(default_factory=list)
    theme: str = ""
    legend_open: bool = True
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
        folder = os.environ.get("MINGQING_SETTINGS") or _config_folder()
        path = Path(folder) / "window.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                str(kept["appearance"]),
                [(str(p), str(u)) for p, u in kept["recent"]],
                str(kept["theme"]),
                bool(kept["legend_open"]),
                path,
            )
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path=path)

    def save(self) -> None:
        """Write the file; a disk that refuses is no reason to bother anyone."""
        if self.path is None:
            return
        kept = {k: v for k, v in asdict(self).items() if k != "path"}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps(kept, ensure_ascii=False, indent=1).encode())
        except OSError:
            return

    def opened(self, project: Path, user: str) -> None:
        """Put `project` first among the recent ones."""
        here = str(project.resolve())
        self.recent = [(here, user), *((p, u) for p, u in self.recent if p != here)][:_RECENT]
        self.save()

    def existing_recent(self) -> list[tuple[Path, str]]:
        """Return the recent projects that are still there."""
        return [(Path(p), u) for p, u in self.recent if Path(p).is_dir()]


def _config_folder() -> str:
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    return f"{base}/mingqing"
