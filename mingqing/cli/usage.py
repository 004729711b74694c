# ruff: noqa: ANN401 - the classes of commands and mistakes are private to Typer, and other ones in each version
"""How commands are written, told in Chinese: the words of Typer in its help, and its classes of mistakes.

Typer 0.29 brings a copy of click along and earlier ones click itself, so commands and mistakes are known here by what
they have, not by their class.
"""

from functools import partial
from typing import Any

import typer
from typer import rich_utils

from mingqing.core.text import tr


def commands_of(app: typer.Typer) -> Any:
    """Return the commands of an application, their help in Chinese."""
    rich_utils.ARGUMENTS_PANEL_TITLE = tr("内容")
    rich_utils.OPTIONS_PANEL_TITLE = tr("选项")
    rich_utils.COMMANDS_PANEL_TITLE = tr("命令")
    rich_utils.REQUIRED_LONG_STRING = tr("[必填]")
    rich_utils.DEFAULT_STRING = tr("[默认：{}]")
    rich_utils.ENVVAR_STRING = tr("[环境变量：{}]")
    made: Any = typer.main.get_command(app)
    _translate(made)
    return made


def _translate(command: Any) -> None:
    command.options_metavar = tr("[选项]")
    command.context_class = _contexts(command.context_class)
    context = command.context_class(command)
    for param in command.get_params(context):
        _translate_param(param)
    helping = command.get_help_option(context)
    helping.help = tr("显示这段说明")
    for each in getattr(command, "commands", {}).values():
        _translate(each)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = tr("命令 …")


def _translate_param(param: Any) -> None:
    """Say of an option that it takes a value, and leave the type out: the help says what to write."""
    if param.param_type_name == "argument" or getattr(param, "is_flag", False):
        param.display_type_rich = lambda ctx: None  # noqa: ARG005 - Typer's signature
    elif param.metavar is None:
        param.metavar = tr("值")


def _contexts(base: Any) -> Any:
    """Return a class of contexts whose usage line begins in Chinese."""

    def write_usage(self: Any, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG001
        super(formatter, self).write_usage(prog, args, tr("用法："))

    formatter: Any = type("Formatter", (base.formatter_class,), {"write_usage": write_usage})
    return type("Context", (base,), {"formatter_class": formatter})


def mistake(error: Any) -> str:
    """Return what is wrong with a command, as a part of a Chinese sentence.

    error : of Typer's class for mistakes in the way a command is written.
    """
    said = _MISTAKES.get(type(error).__name__)
    if said is not None:
        return said(error)
    commands = getattr(getattr(error.ctx, "command", None), "commands", None)
    if commands:
        return tr("{path} 后面要写这些命令之一：{names}").format(
            path=error.ctx.command_path, names="、".join(commands)
        )
    return tr("多写了内容，请检查空格和引号")


def _named(sentence: str, error: Any) -> str:
    """The sentence with what the option or argument is called."""
    param = error.param
    name = "" if param is None else param.opts[0] if param.param_type_name == "option" else param.metavar
    return sentence.format(name=name)


def _option(sentence: str, error: Any) -> str:
    return sentence.format(name=error.option_name)


_MISTAKES = {
    "NoSuchOption": partial(_option, tr("没有 {name} 这个选项")),
    "BadOptionUsage": partial(_option, tr("{name} 后面少写或多写了值")),
    "MissingParameter": partial(_named, tr("少写了 {name}")),
    "BadParameter": partial(_named, tr("{name} 的值不对，请核对格式和范围")),
}
