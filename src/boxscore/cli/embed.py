"""`boxscore embed`, `embeddings`, `similar`, `duplicates`, `leakage`: what looks like what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import (
    iou_option,
    json_option,
    open_project,
    target_option,
    task_option,
)
from boxscore.errors import EXIT_PARTLY

OF = click.Choice(["images", "objects"])
_YES = {True: "yes", False: "no"}
_DEVICES = {"cpu": "CPU", "cuda": "GPU"}
cosine_option = click.option(
    "--cosine",
    type=float,
    default=0.85,
    show_default=True,
    help="Least cosine of two images that count as nearly the same.",
)


@click.command("embed", epilog="Example:  boxscore embed --run yolo-x")
@click.option("--of", multiple=True, type=OF, help="Only these. Default: images and objects.")
@click.option("--run", "runs", multiple=True, help="Embed this run's predictions too.")
@click.option(
    "--model",
    help="An ONNX file, timm:NAME, open_clip:ARCH/WEIGHTS or dinov2:NAME. Default: the bundled "
    "EfficientNet-Lite0, offline.",
)
@click.option(
    "--normalise",
    type=click.Choice(["imagenet", "clip", "unit", "none", "lite"]),
    help="How pixels are fed to an ONNX file. Default: imagenet.",
)
@click.option("--output", help="The ONNX file's output. Default: the first of two dimensions.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where the model runs; auto takes a GPU that its library sees.",
)
@click.option("--maps/--no-maps", default=True, help="Lay maps out by t-SNE, where installed.")
@click.option("--workers", type=click.IntRange(1, 256), help="Threads. Default: one a core.")
@json_option
@target_option
def embed(
    of: tuple[str, ...],
    runs: tuple[str, ...],
    model: str | None,
    normalise: str | None,
    output: str | None,
    device: str,
    maps: bool,
    workers: int | None,
    as_json: bool,
    target: Path,
) -> int:
    """Embed images and objects with a small network, offline; only what is missing.

    A model named by its library is downloaded by that library, when it is not here yet; nothing
    else reaches the network:

    \b
        boxscore embed --model dinov2:vits14                         # needs boxscore[timm]
        boxscore embed --model timm:convnext_tiny.fb_in22k
        boxscore embed --model open_clip:ViT-B-32/laion2b_s34b_b79k  # then: boxscore search TEXT
    """
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    document = open_project(target).embed(
        of=of or ("images", "objects"), runs=runs, model=model, normalisation=normalise,
        output=output, device=device, maps=maps, workers=workers, progress=on_terminal,
    )  # fmt: skip
    if as_json:
        print_json(document)
    else:
        click.echo(
            f"{document['model']}: {document['embedded']} embeddings of "
            f"{document['dimensions']} numbers made on the {_DEVICES[document['device']]}, "
            f"{document['images']} images decoded"
        )
        if document["maps"]:
            click.echo(f"Maps laid out: {', '.join(document['maps'])}")
    for failed in document["failures"]:
        click.echo(f"{failed['metric']} ({failed['count']}×): {failed['example']}", err=True)
    return EXIT_PARTLY if document["failures"] else 0


@click.group("embeddings", epilog="Example:  boxscore embeddings list")
def embeddings_group() -> None:
    """Embeddings that a project holds, and those made elsewhere."""


@embeddings_group.command("list", epilog="Example:  boxscore embeddings list")
@json_option
@target_option
def list_embeddings(as_json: bool, target: Path) -> None:
    """List what is embedded, by which model and version of it, and whether that knows text."""
    from boxscore.cli.text import columns, print_json

    document = open_project(target).embedding_state()
    if as_json:
        print_json(document)
        return
    rows = [["embeddings of", "model", "version", "text", "made", "of"]]
    for part in document["parts"]:
        what = part["of"] if part["run"] is None else f"predictions of {part['run']}"
        card = [part["model"] or "–", (part["digest"] or "–")[:8], _YES[part["knows_text"]]]
        rows.append([what, *card, str(part["embedded"]), str(part["size"])])
    click.echo(columns(rows, right=(4, 5)))


@embeddings_group.command(
    "import", epilog="Example:  boxscore embeddings import clip.npz --of images"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--of", type=OF, default="images", show_default=True, help="What the rows are of.")
@click.option("--run", help="The run whose predictions the rows are of.")
@json_option
@target_option
def import_embeddings(file: Path, of: str, run: str | None, as_json: bool, target: Path) -> None:
    """Use embeddings made elsewhere: npy, npz or Parquet, named or in order."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    subject = "objects" if run is not None else of
    document = open_project(target).import_embeddings(
        file, of=subject, run=run, progress=on_terminal
    )
    if as_json:
        print_json(document)
        return
    left = f"; {document['without']} have none" if document["without"] else ""
    click.echo(
        f"{document['rows']} embeddings of {document['of']}, {document['dimensions']} numbers "
        f"each{left}"
    )


@embeddings_group.command("map", epilog="Example:  boxscore embeddings map --of objects --json")
@click.option("--of", type=OF, default="images", show_default=True, help="What to lay out.")
@click.option(
    "--method",
    type=click.Choice(["auto", "pca", "tsne"]),
    default="auto",
    show_default=True,
    help="auto: t-SNE where it was made, else the main components.",
)
@click.option("--run", help="Tell what this run found, or each image's F1.")
@iou_option
@click.option("--groups", type=int, help="Groups of like points. Default: by their number.")
@json_option
@target_option
def map_embeddings(
    of: str,
    method: str,
    run: str | None,
    iou: float,
    groups: int | None,
    as_json: bool,
    target: Path,
) -> None:
    """Print a place in two dimensions for each image or object; like ones are near."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    project = open_project(target)
    document = project.map(of, method=method, run=run, iou=iou, groups=groups, progress=on_terminal)
    if as_json:
        print_json(document)
        return
    click.echo("row,item,title,group,x,y")
    titles = project.items["title"]
    columns = (document[name] for name in ("row", "item", "group", "x", "y"))
    for row, item, group, x, y in zip(*columns, strict=True):
        title = str(titles[item]).replace('"', '""')
        click.echo(f'{row},{item},"{title}",{group},{x},{y}')


@click.command("similar", epilog="Example:  boxscore similar 000000005001.jpg")
@click.argument("item", required=False)
@click.option("--annotation", type=int, help="Like this row of the ground truth instead.")
@click.option("--run", help="The annotation is a prediction of this run.")
@click.option("-k", "--top", "k", type=int, default=10, show_default=True, help="How many.")
@json_option
@target_option
def similar(
    item: str | None, annotation: int | None, run: str | None, k: int, as_json: bool, target: Path
) -> None:
    """Print the images most like one (its title or id), or the labelled objects most like one."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).neighbours(item, annotation=annotation, run=run, k=k)
    if as_json:
        print_json(document)
        return
    rows = [["cosine", "image", "split", "class"]]
    for one in document["neighbours"]:
        rows.append([number(one["cosine"]), one["title"], one["split"], one.get("class_name", "")])
    click.echo(columns(rows, right=(0,)))


@click.command("duplicates", epilog="Example:  boxscore duplicates --json")
@cosine_option
@click.option("--limit", type=click.IntRange(0, 10_000), default=20, show_default=True,
              help="Pairs printed, at most.")  # fmt: skip
@json_option
@target_option
def duplicates(cosine: float, limit: int, as_json: bool, target: Path) -> None:
    """Print images that are there twice, exactly or nearly, the most alike first."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).duplicates(cosine=cosine, limit=limit)
    if as_json:
        print_json(document)
        return
    click.echo(
        f"{document['exact']} exact and {document['near']} near duplicates, "
        f"{document['across_splits']} across splits"
    )
    rows = [["image", "image", "cosine", "hash bits", "splits"]]
    for pair in document["pairs"] or document["closest"]:
        rows.append(
            [
                pair["first"]["title"],
                pair["second"]["title"],
                "same bytes" if pair["exact"] else number(pair["cosine"]),
                "–" if pair["bits"] is None else str(pair["bits"]),
                " and ".join(dict.fromkeys(pair[w]["split"] for w in ("first", "second"))),
            ]
        )
    if len(rows) > 1:
        click.echo("" if document["pairs"] else "The closest pairs:")
        click.echo(columns(rows, right=(2, 3)))
    for note in document["notes"]:
        click.echo(note, err=True)


@click.command("leakage", epilog="Example:  boxscore leakage yolo-x")
@click.argument("run")
@cosine_option
@task_option
@json_option
@target_option
def leakage(run: str, cosine: float, task: str | None, as_json: bool, target: Path) -> None:
    """Print a run's scores on images that another split has too, and on those that none has."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).leakage(run, task=task, cosine=cosine)
    if as_json:
        print_json(document)
        return
    click.echo(f"{document['leaked_images']} of {document['images']} images are in two splits")
    names = _metric_names(document["parts"])
    rows = [["split", "part", "images", *names]]
    for part in document["parts"]:
        for word in ("clean", "leaked"):
            metrics = part[word]["metrics"] or {}
            values = [number(metrics.get(name)) for name in names]
            rows.append([part["split"] or "all", word, str(part[word]["images"]), *values])
    click.echo(columns(rows, right=range(2, 3 + len(names))))
    for note in document["notes"]:
        click.echo(note, err=True)


def _metric_names(parts: list[dict[str, Any]]) -> list[str]:
    """The first metrics of a protocol: those that are printed beside each other."""
    for part in parts:
        for word in ("clean", "leaked"):
            if part[word]["metrics"]:
                return list(part[word]["metrics"])[:3]
    return []
