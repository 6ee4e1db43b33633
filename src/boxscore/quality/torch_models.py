"""Networks of timm and open_clip by name, each with its own preprocessing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.quality.embedding_model import GPU_BATCH, Vectors, checked_device
from boxscore.quality.squares import Box, part

if TYPE_CHECKING:
    from PIL.Image import Image

OPEN_CLIP, TIMM, DINOV2 = "open_clip", "timm", "dinov2"
FOLDER, HUB = "local-dir:", "hf-hub:"
"""How both libraries name a folder, or a repository of a hub, instead of a model they know."""
DINOV2_NAMES = {
    f"vit{letter}14{registers}": f"vit_{size}_patch14{'_reg4' if registers else ''}_dinov2.lvd142m"
    for letter, size in (("s", "small"), ("b", "base"), ("l", "large"), ("g", "giant"))
    for registers in ("", "_reg")
}
"""Meta's names -> those of timm, which has the same weights and runs no downloaded code."""


class TorchModel:
    """A loaded network; safe to use from several threads.

    Attributes:
        name: For people.
        source: How the user named it.
        digest: SHA-256 of its weights and of how pictures are prepared for it.
        least: None: its own preprocessing is given every pixel.
    """

    least: int | None = None

    def __init__(self, source: str, device: str, network: Any, transform: Callable[[Image], Any],
                 preparation: Mapping[str, Any]) -> None:  # fmt: skip
        self.source, self.device = source, device
        self.name = _name(source)
        facts = {"library": source.partition(":")[0], **preparation}
        self.digest = _digest(network, json.dumps(facts, sort_keys=True, default=str))
        self.batch = GPU_BATCH if device == "cuda" else 1
        self._network, self._transform = network, transform
        self._turn = Lock() if device == "cuda" else nullcontext()
        """A GPU holds the pictures of one call."""

    @contextmanager
    def working(self) -> Iterator[None]:
        """Meanwhile each call is on one thread, as several threads call: none waits for others."""
        torch = import_module("torch")
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def prepared(self, picture: Image, box: Box | None) -> NDArray[Any]:
        """One picture, or a square around a box, as the library itself prepares it."""
        values = self._transform(part(picture, box))
        return np.ascontiguousarray(values.numpy(), np.float32)

    def embed(self, prepared: Sequence[NDArray[Any]]) -> Vectors:
        """(n, d) float32 embeddings, a fixed number of pictures at a time.

        Raises:
            RequestError: The model fails on them.
        """
        torch = import_module("torch")
        found = []
        for k in range(0, len(prepared), self.batch):
            pictures = torch.from_numpy(np.stack(prepared[k : k + self.batch]))
            found.append(self._answer(self._see, pictures))
        return np.concatenate(found) if found else np.empty((0, 0), np.float32)

    def _see(self, pictures: Any) -> Any:
        return self._network(pictures)

    def _answer(self, ask: Callable[[Any], Any], values: Any) -> Vectors:
        """(n, d) what the network says to n pictures or texts."""
        torch = import_module("torch")
        try:
            with self._turn, torch.inference_mode():
                answer = ask(values.to(self.device)).float().cpu().numpy()
        except Exception as failed:  # torch has many types of errors of its own
            raise RequestError(
                f"the model fails: {shown(str(failed))}",
                fix="check that it takes single RGB pictures; on a full GPU try --device cpu",
                code="E-EMBED-MODEL",
            ) from failed
        if answer.ndim != 2 or len(answer) != len(values):
            raise RequestError(
                f"{self.name} answers with shape {answer.shape}",
                fix="choose a model that gives one row of numbers for each picture",
                code="E-EMBED-OUTPUT",
            )
        found: Vectors = answer
        return found


class TextImageModel(TorchModel):
    """A network of open_clip, for which a text lies near the pictures that it describes."""

    def __init__(
        self,
        source: str,
        device: str,
        network: Any,
        transform: Callable[[Image], Any],
        preparation: Mapping[str, Any],
        tokens: Callable[[list[str]], Any],
    ) -> None:
        super().__init__(source, device, network, transform, preparation)
        self._tokens = tokens

    def _see(self, pictures: Any) -> Any:
        return self._network.encode_image(pictures)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 embeddings; of a text too long for the model its beginning counts.

        Raises:
            RequestError: The model fails on them.
        """
        return self._answer(self._network.encode_text, self._tokens(list(texts)))


def load_dinov2(name: str, device: str) -> TorchModel:
    """DINOv2 by Meta's name, as "vits14" or "vitb14_reg", from timm.

    Raises:
        RequestError: As for `load_timm`.
    """
    short = name.removeprefix("dinov2_")
    if short not in DINOV2_NAMES:
        raise _unknown(f"dinov2:{name}", near_misses(short, DINOV2_NAMES))
    return load_timm(DINOV2_NAMES[short], device, source=f"{DINOV2}:{short}")


def load_timm(name: str, device: str, *, source: str | None = None) -> TorchModel:
    """A network of timm without its classifier, with the weights it was published with.

    Raises:
        RequestError: timm is not installed, has no such model, or its weights cannot be had.
    """
    name = _placed(name)
    source = source or f"{TIMM}:{name}"
    timm = _library("timm", TIMM, source)
    if not name.startswith((FOLDER, HUB)):
        known = timm.list_models(pretrained=True)
        if name not in known and name not in {one.partition(".")[0] for one in known}:
            raise _unknown(source, near_misses(name, known))
    chosen = _device(device)
    network = _weights(source, lambda: timm.create_model(name, pretrained=True, num_classes=0))
    config = timm.data.resolve_model_data_config(network)
    transform = timm.data.create_transform(**config, is_training=False)
    return TorchModel(source, chosen, network.eval().to(chosen), transform, config)


def load_open_clip(name: str, device: str) -> TextImageModel:
    """A network of open_clip: "ARCHITECTURE/WEIGHTS", weights by tag or file.

    Raises:
        RequestError: open_clip is not installed, has no such model, or its weights cannot be had.
    """
    name = _placed(name)
    source = f"{OPEN_CLIP}:{name}"
    library = _library("open_clip", OPEN_CLIP, source)
    architecture, weights = name, None
    if not name.startswith((FOLDER, HUB)):
        architecture, _, weights = name.partition("/")
        _check_open_clip(library, source, architecture, weights)
    chosen = _device(device)
    network, transform = _weights(
        source,
        lambda: library.create_model_from_pretrained(architecture, weights, device=chosen),
    )
    tokens = _weights(source, lambda: library.get_tokenizer(architecture))
    preparation = network.visual.preprocess_cfg
    return TextImageModel(source, chosen, network.eval(), transform, preparation, tokens)


def _placed(name: str) -> str:
    """The name with a folder or file as it is found from everywhere on this machine."""
    if name.startswith(FOLDER):
        return FOLDER + str(Path(name.removeprefix(FOLDER)).absolute())
    architecture, slash, weights = name.partition("/")
    if slash and not name.startswith(HUB) and Path(weights).is_file():
        return f"{architecture}/{Path(weights).absolute()}"
    return name


def _check_open_clip(library: Any, source: str, architecture: str, weights: str) -> None:
    known = library.list_models()
    if architecture not in known:
        raise _unknown(source, near_misses(architecture, known))
    tags = library.list_pretrained_tags_by_model(architecture)
    if weights not in tags and not Path(weights).is_file():
        raise _unknown(
            source, f"name its weights, as {architecture}/TAG; {near_misses(weights, tags)}"
        )


def _unknown(source: str, fix: str) -> RequestError:
    return RequestError(f"there is no model {shown(source)!r}", fix=fix, code="E-EMBED-UNKNOWN")


def _library(name: str, extra: str, source: str) -> Any:
    """The library, imported now.

    Raises:
        RequestError: It is not installed, or does not start.
    """
    try:
        return import_module(name)
    except ImportError:
        raise RequestError(
            f"{shown(source)} needs {name}, which is not installed",
            fix=f"pip install 'boxscore[{extra}]'",
            code="E-EMBED-LIBRARY",
        ) from None
    except Exception as broken:  # torch and torchvision of different builds fail in many ways
        raise RequestError(
            f"{name} is installed but does not start: {shown(str(broken))}",
            fix="install builds of torch and torchvision that belong together",
            code="E-EMBED-LIBRARY",
        ) from broken


def _device(wish: str) -> str:
    return checked_device(wish, import_module("torch").cuda.is_available(), "torch")


def _weights(source: str, load: Callable[[], Any]) -> Any:
    """What a library loads, downloading it where it is not on this machine yet."""
    try:
        return load()
    except Exception as failed:  # errors of hubs, of networks, of files and of torch
        raise RequestError(
            f"the weights of {shown(source)} cannot be had: {shown(_reason(failed))}",
            fix="check the network, or bring them from a machine that has them: in its cache "
            "(~/.cache/huggingface), or as a folder, named local-dir:FOLDER",
            code="E-EMBED-WEIGHTS",
        ) from failed


def _reason(failed: BaseException) -> str:
    text = str(failed).strip().partition("\n")[0]
    return f"{type(failed).__name__}: {text}" if text else type(failed).__name__


def _name(source: str) -> str:
    """Without the place on this machine."""
    library, _, name = source.partition(":")
    place = name.removeprefix(FOLDER)
    architecture, slash, weights = name.partition("/")
    if place != name:
        name = Path(place).name
    elif slash and ("/" in weights or Path(weights).is_file()) and not name.startswith(HUB):
        name = f"{architecture}/{Path(weights).name}"
    return f"{library}:{name}"


def _digest(network: Any, preparation: str) -> str:
    torch = import_module("torch")
    digest = hashlib.sha256(preparation.encode())
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(f"{name}:{tensor.dtype}:{tuple(tensor.shape)}".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy())
    return digest.hexdigest()
