"""Options that several commands share, and how a project is found around a folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from boxscore.errors import ProjectNotFoundError

if TYPE_CHECKING:
    from boxscore.project import Project
    from boxscore.project.imports.sigmas import Sigmas

Command = TypeVar("Command", bound=Callable[..., Any])
Asked = dict[str, Any]
"""What `question_options` reads, by the names of a project's methods."""


def target_option(command: Command) -> Command:
    """`--target/-t DIR`, default the current folder."""
    return click.option(
        "-t",
        "--target",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        show_default="current folder",
        help="The project, a folder inside it, or the folder that holds it.",
    )(command)


def own_target(ctx: click.Context, target: Path) -> Path:
    """A subcommand's --target, or its group's when only that was given."""
    given = ctx.get_parameter_source("target") is not click.core.ParameterSource.DEFAULT
    return target if given or not isinstance(ctx.obj, Path) else ctx.obj


def json_option(command: Command) -> Command:
    """`--json`: one JSON document on stdout and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def sigmas_option(command: Command) -> Command:
    """`--sigmas NUMBERS|FILE`: deviations of keypoints."""
    return click.option(
        "--sigmas",
        metavar="NUMBERS|FILE",
        help="Deviations of the keypoints for OKS: .026,.025,... for all classes, or a JSON file "
        "of {\"class\": [...]}. Default: the ground truth's own, else COCO's for its 17 keypoints "
        "and 1 / K for K others.",
    )(command)


def given_sigmas(text: str | None) -> Sigmas | None:
    """What `--sigmas` says."""
    if text is None:
        return None
    from boxscore.project.imports.sigmas import read_sigmas

    return read_sigmas(text)


def task_option(command: Command) -> Command:
    """`--task TASK`: what is compared."""
    from boxscore.schema.kinds import Task

    names = [task.value for task in Task]
    return click.option(
        "--task",
        metavar="TASK",
        type=click.Choice(names),
        help=f"{', '.join(names[:-1])} or {names[-1]}. Default: by the run.",
    )(command)


def iou_option(command: Command) -> Command:
    """`--iou T`, default 0.5."""
    return click.option(
        "--iou", type=float, default=0.5, show_default=True, help="Least IoU of a match."
    )(command)


def any_iou_option(command: Command) -> Command:
    """`--iou T` of questions that have an answer over all thresholds too."""
    return click.option(
        "--iou",
        type=float,
        help="Least IoU of a match. Default: 0.5; with a baseline the mean of 0.5 to 0.95.",
    )(command)


def confidence_option(command: Command) -> Command:
    """`--confidence C`, default where the pooled F1 is best."""
    return click.option("--confidence", type=float, help="Least confidence. Default: the best F1.")(
        command
    )


def slice_option(command: Command) -> Command:
    """`--slice S`: some of the images, by an expression or a file that lists them."""

    def read(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Any:
        if value is None or not value.startswith("@"):
            return value
        try:
            lines = Path(value[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as bad:
            raise click.BadParameter(f"{value[1:]}: cannot be read: {bad}") from None
        return [line.strip() for line in lines if line.strip()]

    return click.option(
        "--slice",
        "where",
        callback=read,
        metavar="S",
        help="Only some images: split=val|test, class=person, title=*.png, text=night, "
        "sequence=7, licence=CC-BY, tag=NAME, slice=NAME, metric.brightness=0.2..0.4, width=640.., "
        "cluster=3, similar=IMAGE:20, leaked=no; where objects are judged also "
        "object.class=person, object.area=..1024; ! before one of them for not, "
        "several joined by commas; or @FILE with a title or id a line.",
    )(command)


def question_options(
    *, confidence: bool = False, baseline: bool = False
) -> Callable[[Command], Command]:
    """What questions about a run take: `--iou`, `--confidence`, `--task`, `--slice`.

    The command gets them in one dict, `asked`, which the methods of a project take as they are.

    Args:
        confidence: Whether the answer depends on the operating point.
        baseline: Whether the run may be held against another, at the mean over COCO's thresholds.
    """
    chosen = {
        "iou": any_iou_option if baseline else iou_option,
        **({"confidence": confidence_option} if confidence else {}),
        "task": task_option,
        "where": slice_option,
    }

    def gathering(command: Command) -> Command:
        @wraps(command)
        def gathered(*args: Any, **given: Any) -> Any:
            asked = {name: given.pop(name) for name in chosen}
            return command(*args, asked=asked, **given)

        for option in reversed(chosen.values()):
            gathered = option(gathered)
        return cast(Command, gathered)

    return gathering


def find_project(target: Path, *, ask: bool = True) -> Path:
    """The target itself, its nearest parent that is a project, or its only child that is one.

    Args:
        ask: Whether to let a person choose among several.

    Raises:
        ProjectNotFoundError: There is none, or several and nobody to ask.
    """
    from boxscore.store.layout import is_project

    target = target.absolute()
    if not target.is_dir():
        raise ProjectNotFoundError(
            f"{target}: no such folder",
            fix="check the path after --target",
            code="E-TARGET-MISSING",
        )
    for folder in (target, *target.parents):
        if is_project(folder):
            return folder
    children = sorted(child for child in target.iterdir() if child.is_dir() and is_project(child))
    if len(children) == 1:
        return children[0]
    if not children:
        raise ProjectNotFoundError(
            f"{target}: no project here, in a parent folder or one level below",
            fix="make one with `boxscore import project` or `boxscore quickstart`, "
            "or name it with --target",
            code="E-TARGET-NONE",
        )
    return _choose(target, children, ask)


def _choose(target: Path, children: list[Path], ask: bool) -> Path:
    names = [child.name for child in children]
    if not (ask and sys.stdin.isatty() and sys.stderr.isatty()):
        raise ProjectNotFoundError(
            f"{target}: several projects here: {', '.join(names)}",
            fix=f"choose one with --target, for example --target {children[0]}",
            code="E-TARGET-SEVERAL",
        )
    for number, name in enumerate(names, 1):
        click.echo(f"  {number}  {name}", err=True)
    chosen: int = click.prompt(
        "Choose a project", type=click.IntRange(1, len(names)), default=1, err=True
    )
    return children[chosen - 1]


def open_project(target: Path) -> Project:
    """The project at or around a folder."""
    from boxscore.project import Project

    return Project.open(find_project(target))
