"""The command `mingqing`: its groups, its exit codes, and the one place where errors become sentences."""

import multiprocessing
import sys

import typer

from mingqing.cli import (
    accounts,
    atlas,
    audit,
    backup,
    cards,
    data,
    demo,
    drawing,
    evacuation,
    exporting,
    package,
    people,
    printing,
    project,
    publishing,
    quality,
    reports,
    roles,
    search,
    templates,
)
from mingqing.cli.usage import commands_of, mistake
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help=tr("民情地图：每个村六张专题图，离线使用。不带命令直接打开窗口。"),
)
for module in (
    project,
    data,
    search,
    drawing,
    evacuation,
    printing,
    cards,
    atlas,
    reports,
    templates,
    exporting,
    people,
    quality,
    accounts,
    roles,
    audit,
    package,
    publishing,
    backup,
    demo,
):
    module.register(app)


@app.callback(invoke_without_command=True)
def window(context: typer.Context) -> None:
    """Open the window where no command is given."""
    if context.invoked_subcommand is None:
        project.open_window(None)


_INTERRUPTED = 130  # what newer versions of Typer make of Ctrl-C; older ones raise Abort
# The class of every mistake in the way a command is written; Typer gives no name of its own to it.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command line; exit 0 done, 1 done in part, 2 refused."""
    multiprocessing.freeze_support()
    try:
        code = commands_of(app)(standalone_mode=False)
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
        sys.exit(code)
    except MingqingError as error:
        refuse(str(error))
    except (typer.Abort, KeyboardInterrupt, EOFError):
        refuse(tr("已取消"))
    except _UsageError as error:
        refuse(tr("命令写得不对（{what}），请加 --help 看用法").format(what=mistake(error)))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(2)


def refuse(sentence: str) -> None:
    """Say why nothing was done, and end."""
    print(sentence, file=sys.stderr)
    sys.exit(2)
