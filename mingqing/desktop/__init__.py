"""The window: Qt widgets, jobs off the UI thread. The only package that uses QtWidgets."""

from pathlib import Path


def run(project: Path | None = None, *, user: str | None = None, password: str | None = None) -> int:
    """Run the application until its window is closed; see `application.run`."""
    from mingqing.desktop.application import run as run_application

    return run_application(project, user=user, password=password)
