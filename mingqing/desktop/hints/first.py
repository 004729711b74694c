"""What somebody who has never seen the window is told about it."""

from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.desktop.hints.bubble import Hint

if TYPE_CHECKING:
    from mingqing.desktop.explorer import Explorer


def first_hints(explorer: "Explorer") -> list[Hint]:
    """Return the hints for the map page, in the order in which one meets what they are about."""
    edits = [
        Hint(
            "saved",
            explorer.status.saved,
            tr("改完一项就已经存好，没有“保存”要点。改错了按 Ctrl+Z 撤销，关掉软件以后再打开也能接着撤销"),
        )
    ]
    return [
        Hint(
            "village",
            explorer.topbar.villages,
            tr("先选村：单击这里，输入村名、拼音或首字母，如 xzx"),
            needed=lambda: not explorer.village,
        ),
        Hint(
            "tools", explorer.kit.bar, tr("在地图上单击一座房子，就能看到住户；这一排可以量距离、选中、存图")
        ),
        Hint(
            "commands",
            explorer.topbar.project,
            tr("找不到某个功能？按 Ctrl+Shift+K，输入它的名字或拼音首字母，如 lmj（量面积）"),
        ),
        *(edits if explorer.editor.may_edit else []),
    ]
