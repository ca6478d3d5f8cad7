"""The command line's page, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pages.markdown import code, rows, said

if TYPE_CHECKING:
    import click

__all__ = ["page"]


def page() -> str:
    """Return the page as Markdown."""
    return "\n\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    import typer

    from dilemma.cli.app import app

    whole: Any = typer.main.get_command(app)
    yield "# The command line"
    yield (
        f"{said(whole.help)} Results go to standard output, progress and errors to standard error. "
        "Exit code 0 is fine, 1 says that a claim fared otherwise than its file expects, 2 that the "
        "input was wrong. `dilemma COMMAND --help` prints what stands here."
    )
    summaries = [
        [f"[{code(name)}](#dilemma-{name})", said(_help(command))]
        for name, command in whole.commands.items()
    ]
    yield rows(["command", "does"], summaries)
    for name, command in whole.commands.items():
        yield f"(dilemma-{name})=\n## dilemma {name}"
        yield from _command(name, command)


def _help(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def _command(name: str, command: click.Command) -> Iterator[str]:
    yield said(_help(command))
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    told = " ".join(_argument(p) for p in arguments)
    usage = " ".join(filter(None, ["dilemma", name, told, "[OPTIONS]" if options else ""]))
    yield f"```text\n{usage}\n```"
    body = [
        [code(_argument(p)), said(getattr(p, "help", None) or ""), _default(p)] for p in arguments
    ]
    body += [
        [code(", ".join(p.opts)), said(getattr(p, "help", None) or _switch(p)), _default(p)]
        for p in options
    ]
    yield rows(["", "is", "unless said"], body)


def _argument(parameter: click.Parameter) -> str:
    name = str(parameter.metavar or parameter.name).upper().strip("[]")
    name = f"{name}..." if parameter.nargs == -1 and not name.endswith("...") else name
    return name if parameter.required else f"[{name}]"


def _switch(parameter: click.Parameter) -> str:
    return {"--latex": "Print LaTeX.", "--json": "Print JSON."}.get(parameter.opts[0], "")


def _default(parameter: click.Parameter) -> str:
    value = parameter.default
    return "" if value in (None, False, "", ()) or callable(value) else code(str(value))
