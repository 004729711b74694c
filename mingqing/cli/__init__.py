"""The commands that others script, thin over the same services as the window. See docs/commands.md."""

import sys


def main() -> None:
    """Run the command line. Imported only here, so that Ctrl-C is answered while the libraries load too."""
    try:
        from mingqing.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(2)
    run()
