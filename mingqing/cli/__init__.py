"""The commands that others script, thin over the same services as the window. See docs/commands.md."""

from mingqing.cli.app import main

__all__ = ["main"]
