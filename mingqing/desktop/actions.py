"""Everything the window can be told to do, each with its words, key and icon, in one table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    text: str
    keys: tuple[str, ...]
    glyph: str
    checkable: bool = False


def _table() -> Iterator[_Entry]:
    yield _Entry("new", tr("新建项目…"), ("Ctrl+N",), "fa6s.plus")
    yield _Entry("open", tr("打开项目…"), ("Ctrl+O",), "fa6s.folder-open")
    yield _Entry("close", tr("关闭项目"), ("Ctrl+W",), "fa6s.xmark")
    yield _Entry("import", tr("选择文件…"), ("Ctrl+I",), "fa6s.file-import")
    yield _Entry("import_folder", tr("选择文件夹…"), ("Ctrl+Shift+I",), "fa6s.folder-plus")
    yield from _handing_on()
    yield _Entry("backups", tr("备份与恢复"), ("Ctrl+Shift+B",), "fa6s.box-archive")
    yield _Entry("accounts", tr("账号与角色"), ("Ctrl+Shift+A",), "fa6s.users-gear")
    yield _Entry("log", tr("操作日志"), ("Ctrl+Shift+L",), "fa6s.clipboard-list")
    yield _Entry("persons", tr("个人信息"), ("Ctrl+Shift+P",), "fa6s.address-card")
    yield _Entry("back", tr("回到上一处"), ("Alt+Left",), "fa6s.arrow-left")
    yield _Entry("forward", tr("去下一处"), ("Alt+Right",), "fa6s.arrow-right")
    yield _Entry("zoom_in", tr("放大"), ("Ctrl++", "Ctrl+="), "fa6s.plus")
    yield _Entry("zoom_out", tr("缩小"), ("Ctrl+-",), "fa6s.minus")
    yield _Entry("whole", tr("看全图"), ("Ctrl+Home",), "fa6s.expand")
    yield _Entry("to_village", tr("看全村"), ("Ctrl+G",), "fa6s.location-crosshairs")
    yield _Entry("to_selection", tr("放大到选中的"), ("Ctrl+J",), "fa6s.magnifying-glass-plus")
    yield _Entry("legend", tr("图层与图例"), ("Ctrl+B",), "fa6s.layer-group", checkable=True)
    yield _Entry("charts", tr("图表"), ("F7",), "fa6s.chart-simple", checkable=True)
    yield _Entry("evacuation", tr("避险转移"), ("F9",), "fa6s.person-running", checkable=True)
    yield _Entry("draw_flood", tr("画淹没范围"), ("Alt+W",), "fa6s.water", checkable=True)
    yield _Entry("cut_road", tr("断路"), ("Alt+X",), "fa6s.road-barrier", checkable=True)
    yield _Entry("table", tr("属性表"), ("F6",), "fa6s.table-list", checkable=True)
    yield _Entry("hand", tr("浏览和查看"), ("Ctrl+H",), "fa6s.arrow-pointer", checkable=True)
    yield _Entry("measure_length", tr("量距离"), ("Ctrl+M",), "fa6s.ruler", checkable=True)
    yield _Entry("measure_area", tr("量面积"), ("Ctrl+Shift+M",), "fa6s.ruler-combined", checkable=True)
    yield _Entry("select_box", tr("框选"), ("Ctrl+R",), "fa6s.vector-square", checkable=True)
    yield _Entry("select_outline", tr("多边形选"), ("Ctrl+Shift+R",), "fa6s.draw-polygon", checkable=True)
    yield _Entry("select_circle", tr("按半径选"), ("Ctrl+Alt+R",), "fa6s.bullseye", checkable=True)
    yield _Entry("reselect", tr("恢复上次选中"), ("Ctrl+Alt+Z",), "fa6s.arrow-rotate-left")
    yield _Entry("search", tr("搜索"), ("Ctrl+K",), "fa6s.magnifying-glass")
    yield _Entry("conditions", tr("按条件查找…"), ("Ctrl+Shift+F", "Ctrl+T"), "fa6s.filter")
    yield from _changing()
    yield _Entry("commands", tr("命令面板"), ("Ctrl+Shift+K",), "fa6s.terminal")
    yield _Entry("bookmarks", tr("书签"), ("Ctrl+Shift+D",), "fa6s.bookmark")
    yield _Entry("add_bookmark", tr("收藏这里"), ("Ctrl+D",), "fa6s.bookmark")
    yield _Entry("copy_map", tr("复制地图"), ("Ctrl+Shift+C",), "fa6s.copy")
    yield _Entry("save_map", tr("另存为图片…"), ("Ctrl+Shift+S",), "fa6s.image")
    yield _Entry("overview", tr("鹰眼图"), ("Ctrl+Shift+E",), "fa6s.map-location-dot", checkable=True)
    yield _Entry("village", tr("选择村"), ("Ctrl+F",), "fa6s.location-dot")
    yield _Entry("scale", tr("改比例尺"), ("Ctrl+L",), "fa6s.ruler-horizontal")
    yield _Entry("password", tr("修改密码…"), ("Ctrl+Alt+P",), "fa6s.key")
    yield _Entry("lock", tr("锁定"), ("Ctrl+Alt+L",), "fa6s.lock")
    yield _Entry("leave", tr("退出账号"), ("Ctrl+Alt+Q",), "fa6s.right-from-bracket")
    yield _Entry("dismiss", tr("关闭详情"), ("Esc",), "fa6s.xmark")
    yield _Entry("quit", tr("退出"), ("Ctrl+Q",), "fa6s.power-off")


def _handing_on() -> Iterator[_Entry]:
    yield _Entry("print", tr("打印地图…"), ("Ctrl+P",), "fa6s.print")
    yield _Entry("atlas", tr("批量出图…"), ("Ctrl+Alt+M",), "fa6s.layer-group")
    yield _Entry("reports", tr("报表与清单…"), ("Ctrl+Alt+B",), "fa6s.file-lines")
    yield _Entry("export", tr("导出数据…"), ("Ctrl+Alt+E",), "fa6s.file-export")
    yield _Entry("quality", tr("数据检查…"), ("Ctrl+Alt+J",), "fa6s.clipboard-check")
    yield _Entry("publish", tr("发布到县库…"), ("Ctrl+Alt+F",), "fa6s.database")


def _changing() -> Iterator[_Entry]:
    yield _Entry("undo", tr("撤销"), ("Ctrl+Z",), "fa6s.rotate-left")
    yield _Entry("redo", tr("重做"), ("Ctrl+Y", "Ctrl+Shift+Z"), "fa6s.rotate-right")
    yield _Entry("form", tr("修改"), ("F2",), "fa6s.pen-to-square")
    yield _Entry("draw", tr("画图和改图"), ("Ctrl+E",), "fa6s.pen-ruler", checkable=True)
    yield from _drawing()
    yield _Entry("remove", tr("删除选中的…"), ("Del",), "fa6s.trash-can")
    yield _Entry("history", tr("修改记录"), ("F8",), "fa6s.clock-rotate-left", checkable=True)
    yield _Entry("fill", tr("批量修改…"), ("Ctrl+Shift+G",), "fa6s.list-check")
    yield _Entry("replace", tr("查找替换…"), ("Ctrl+Shift+H",), "fa6s.right-left")
    yield _Entry("join", tr("从表格补充…"), ("Ctrl+Shift+J",), "fa6s.table-list")


def _drawing() -> Iterator[_Entry]:
    """Yield what can be done while the drawing tools are shown."""
    yield _Entry("draw_rectangle", tr("画矩形"), ("Alt+1",), "fa6s.house", checkable=True)
    yield _Entry("draw_square", tr("画直角图形"), ("Alt+2",), "fa6s.house-chimney", checkable=True)
    yield _Entry("draw_polygon", tr("画任意面"), ("Alt+3",), "fa6s.draw-polygon", checkable=True)
    yield _Entry("draw_line", tr("画线"), ("Alt+4",), "fa6s.route", checkable=True)
    yield _Entry("draw_point", tr("画点"), ("Alt+5",), "fa6s.location-pin", checkable=True)
    yield _Entry("edit_nodes", tr("改节点"), ("Alt+6",), "fa6s.bezier-curve", checkable=True)
    yield _Entry("move_whole", tr("移动、旋转、缩放"), ("Alt+7",), "fa6s.up-down-left-right", checkable=True)
    yield _Entry("split", tr("切开"), ("Alt+8",), "fa6s.scissors", checkable=True)
    yield _Entry("merge", tr("合并"), ("Alt+9",), "fa6s.object-group", checkable=True)
    yield _Entry("reshape", tr("重画边界"), ("Alt+0",), "fa6s.wave-square", checkable=True)
    yield _Entry("ring", tr("挖洞"), ("Alt+R",), "fa6s.circle-dot", checkable=True)
    yield _Entry("square_corners", tr("直角化"), ("Alt+Q",), "fa6s.square")
    yield _Entry("copy_whole", tr("复制一份"), ("Alt+C",), "fa6s.clone")
    yield _Entry("import_track", tr("导入轨迹…"), ("Alt+G",), "fa6s.satellite-dish")
    yield _Entry("type_numbers", tr("填长度、角度、坐标"), ("Alt+N",), "fa6s.keyboard")
    yield _Entry("snapping", tr("捕捉"), ("Alt+S",), "fa6s.magnet", checkable=True)
    yield _Entry("follow_lines", tr("沿已有的线画"), ("Alt+T",), "fa6s.shoe-prints", checkable=True)
    yield _Entry("shared_borders", tr("相邻边界一起动"), ("Alt+B",), "fa6s.link", checkable=True)


class Actions:
    """The actions of one window, by name."""

    def __init__(self, window: "QWidget") -> None:
        self._made: dict[str, QAction] = {}
        for entry in _table():
            made = QAction(icon(entry.glyph), entry.text, window)
            made.setObjectName(entry.name)
            made.setShortcuts([QKeySequence(key) for key in entry.keys])
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            made.setToolTip(f"{entry.text.rstrip('…')}  {entry.keys[0]}")
            made.setCheckable(entry.checkable)
            window.addAction(made)
            self._made[entry.name] = made

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def items(self) -> Iterator[tuple[str, QAction]]:
        """Yield every action with its name, in the order of the table."""
        yield from self._made.items()

    def connect(self, name: str, call: Callable[[], object]) -> None:
        """Let the action `name` do `call`."""
        self._made[name].triggered.connect(lambda _checked=False: call())

    def enable(self, names: tuple[str, ...], *, on: bool) -> None:
        """Switch actions on or off together."""
        for name in names:
            self._made[name].setEnabled(on)
