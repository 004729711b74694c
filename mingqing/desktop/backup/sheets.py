"""Asking where to bring a backup back to, and where to save what can be read of a damaged project."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from mingqing.core.text import tr
from mingqing.desktop.pages.dialogs import PlaceSheet, password_field
from mingqing.desktop.widgets import restyle
from mingqing.store.archive import Backup


class NewPlaceSheet(PlaceSheet):
    """Does not take a place where something is already."""

    def _submit(self) -> None:
        restyle(self.name, "wrong", "false")
        if not self.name.text().strip():
            self.refuse(tr("请填项目名称"), self.name)
        elif self.path.exists():
            sentence = tr("这里已经有“{name}”了，不会覆盖旧的；请换个名字或位置")
            self.refuse(sentence.format(name=self.path.stem), self.name)
        else:
            super()._submit()


class RestoreSheet(NewPlaceSheet):
    """Asks where to bring a backup back to."""

    def __init__(self, backup: Backup, beside: Path, parent: QWidget | None = None) -> None:
        made = backup.contents.made
        about = tr("把“{name}”{when} 的备份恢复成一个新项目；旧项目保持原样，打开时用那天的账号和密码")
        super().__init__(
            tr("恢复到新位置"),
            about.format(name=backup.contents.name, when=f"{made:%Y-%m-%d %H:%M}"),
            tr("恢复"),
            free_place(beside / tr("{name}-恢复{day}").format(name=backup.contents.name, day=f"{made:%m%d}")),
            parent,
        )
        self.finish()


class SalvageSheet(NewPlaceSheet):
    """Asks where to save what can be read of a damaged project, and with whose password."""

    def __init__(self, damaged: Path, accounts: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("抢救到新项目"),
            tr("读取损坏的项目要用能看到全部数据的账号；新项目用同样的账号和密码打开"),
            tr("开始抢救"),
            free_place(damaged.with_name(tr("{name}-抢救").format(name=damaged.stem))),
            parent,
        )
        self.user = QComboBox()
        self.user.setEditable(True)  # the recovery key has no account of its own in the list
        self.user.addItems(list(accounts))
        self.password = password_field()
        self.field(tr("账号"), self.user)
        self.field(tr("密码"), self.password)
        self.finish()
        self.password.setFocus()


def free_place(wanted: Path) -> Path:
    """Return a project folder that is not there yet, named like `wanted`."""
    number, free = 1, wanted.with_name(f"{wanted.name}.mingqing")
    while free.exists():
        number += 1
        free = wanted.with_name(f"{wanted.name}{number}.mingqing")
    return free
