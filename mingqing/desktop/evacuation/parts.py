"""Small parts that the pages of the planner share."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QPushButton

from mingqing.desktop.widgets import button, restyle, rounded, row


class Choices(QFrame):
    """One of a few, side by side. `chosen(value)` is called when the user takes another."""

    def __init__(
        self, name: str, choices: Sequence[tuple[object, str]], chosen: Callable[[object], object]
    ) -> None:
        super().__init__()
        self.setObjectName("choices")
        self.setAccessibleName(name)
        layout = row(self, margins=(2, 2, 2, 2), gap=2)
        self._group = QButtonGroup(self)
        self.buttons: dict[object, QPushButton] = {}
        for value, text in choices:
            made = button(text, partial(chosen, value), "choice")
            made.setCheckable(True)
            self._group.addButton(made)
            layout.addWidget(made, 1)
            self.buttons[value] = made

    def show_choice(self, value: object) -> None:
        """Show what is chosen."""
        self.buttons[value].setChecked(True)

    def name(self, value: object, text: str) -> None:
        """Call a choice otherwise, as when it tells how many there are."""
        self.buttons[value].setText(text)


def dropping(text: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> QPushButton:
    """Return a button from which choices drop."""
    made = button(f"{text} ▾", lambda: None, "chip")
    made.setAccessibleName(text)
    menu = rounded(QMenu(made))
    for words, call in choices:
        menu.addAction(words).triggered.connect(lambda _checked=False, call=call: call())
    made.clicked.connect(lambda _checked=False: menu.popup(made.mapToGlobal(made.rect().bottomLeft())))
    made.setProperty("menu", menu)
    return made


def chips(*made: QPushButton) -> QHBoxLayout:
    """Return buttons in a row, from the left."""
    layout = row(gap=4)
    for each in made:
        layout.addWidget(each)
    layout.addStretch(1)
    return layout


def tone(frame: QFrame, name: str) -> None:
    """Let the style sheet give a frame the colours of a tone: danger, warning, good, or none."""
    restyle(frame, "tone", name)
