"""The whole command line as one click program; each command is imported when it runs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from boxscore.cli import COMMANDS, SECTIONS
from boxscore.errors import EXIT_BUG, EXIT_INTERRUPTED, BoxscoreError


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, listed in their own order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"boxscore.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the questions that they answer."""
        room = formatter.width - 6 - max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, one.get_short_help_str(room)) for name, one in found if one]
            with formatter.section(title):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Near misses for an unknown command."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from boxscore.errors import near_misses

            ctx.fail(f"no such command {args[0]!r}; {near_misses(args[0], list(COMMANDS))}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"Version: {version('boxscore')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start here:  boxscore quickstart",
)
@click.option(
    "-v",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version and exit.",
)
def program() -> None:
    """Evaluate computer-vision predictions: how good, where and why wrong, better than before?"""


def run(args: list[str] | None = None) -> int:
    """Run the program; every deliberate error becomes two lines on stderr and an exit code."""
    out = sys.stdout
    try:
        outcome: Any = program.main(args=args, standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.Exit as done:
        return int(done.exit_code)
    except click.ClickException as refused:
        refused.show()
        return int(refused.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing was changed by the unfinished step", err=True)
        return EXIT_INTERRUPTED
    except BoxscoreError as refused:
        click.echo(str(refused), err=True)
        return refused.exit_code
    except SystemExit:
        # Where nobody reads on, as in `| head`, click silences stdout and ends: that is no bug.
        if sys.stdout is out:
            raise
        return 0
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("This is a bug in boxscore; please report the lines above.", err=True)
        return EXIT_BUG
