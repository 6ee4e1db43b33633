"""Networks that turn pictures into embeddings: the bundled one, or any ONNX file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, SourceError, near_misses, shown
from boxscore.quality.squares import Box, square

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = NDArray[np.float32]
BUNDLED = Path(__file__).parent / "models" / "efficientnet_lite0.onnx"
BUNDLED_NAME = "EfficientNet-Lite0"
MOST_BYTES = (2 << 30) - 1
"""Of a model file: more cannot be one message of protocol buffers."""
FREE_SIZE = 224
"""Pixels of a side where the model leaves it open."""
MOST_SIDE, MOST_BATCH = 2048, 256
CUDA = "CUDAExecutionProvider"
GPU_BATCH = 64
"""Pictures in one call on a GPU; on the CPU one, so that others beside it change nothing."""
DEVICES = ("auto", "cpu", "cuda")

NORMALISATIONS: dict[str, tuple[Sequence[float], Sequence[float]]] = {
    "lite": ((127,) * 3, (128,) * 3),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    "clip": ((122.771, 116.746, 104.094), (68.501, 66.632, 70.323)),
    "unit": ((0,) * 3, (255,) * 3),
    "none": ((0,) * 3, (1,) * 3),
}
"""Name -> mean and deviation of red, green and blue, 0 to 255: (value - mean) / deviation."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes: read from its graph.

    Attributes:
        layout: "nchw" or "nhwc".
        height, width: Pixels.
        batch: Pictures in one call where the graph fixes it, else None.
        dtype: NumPy's name of the input's type.
        output: Name of the output that is the embedding.
    """

    input: str
    layout: str
    height: int
    width: int
    batch: int | None
    dtype: str
    output: str


class EmbeddingModel:
    """A loaded ONNX model; safe to use from several threads.

    Attributes:
        name: For people.
        digest: SHA-256 of the file and of how pictures are prepared for it.
        source: Empty: such a model knows no text, and is not looked for again.
    """

    source = ""

    def __init__(self, name: str, digest: str, session: Any, signature: Signature,
                 normalisation: str) -> None:  # fmt: skip
        self.name, self.digest, self.signature = name, digest, signature
        self._session = session
        mean, deviation = NORMALISATIONS[normalisation]
        self._mean = np.array(mean, np.float32)
        self._deviation = np.array(deviation, np.float32)
        self.device = "cuda" if CUDA in session.get_providers() else "cpu"
        self.batch = signature.batch or (GPU_BATCH if self.device == "cuda" else 1)

    @classmethod
    def load(
        cls,
        path: Path | None = None,
        *,
        normalisation: str | None = None,
        output: str | None = None,
        device: str = "auto",
        threads: int = 1,
    ) -> Self:
        """Load a model; without a path the bundled one.

        Args:
            normalisation: One of NORMALISATIONS; default: "imagenet", the bundled model's own.
            output: The output that is the embedding; default: the first of two dimensions.
            device: "auto" takes a GPU where onnxruntime offers CUDA; "cpu", "cuda".
            threads: Of one call; several threads may call.

        Raises:
            RequestError: onnxruntime is not installed, or an option does not fit.
            SourceError: The file is no model of pictures.
        """
        file = BUNDLED if path is None else path
        feed = normalisation or ("lite" if path is None else "imagenet")
        if feed not in NORMALISATIONS:
            raise RequestError(
                f"{shown(feed)!r} is no normalisation",
                fix=near_misses(feed, NORMALISATIONS),
                code="E-EMBED-NORMALISATION",
            )
        content = _content(file)
        session = _session(file, content, device, threads)
        signature = read_signature(file, session, output)
        digest = hashlib.sha256(content)
        digest.update(f"{feed}:{signature.output}".encode())
        name = BUNDLED_NAME if path is None else file.name
        return cls(name, digest.hexdigest(), session, signature, feed)

    @property
    def least(self) -> int:
        """Pixels of the shorter side that a whole picture needs."""
        return max(self.signature.height, self.signature.width)

    def working(self) -> AbstractContextManager[None]:
        """What a pass over many pictures runs in: nothing is to be set up for it."""
        return nullcontext()

    def prepared(self, picture: Image, box: Box | None) -> NDArray[Any]:
        """One picture, or a square around a box, as the model takes it."""
        s = self.signature
        pixels = np.asarray(square(picture, box, (s.width, s.height)), np.float32)
        values = (pixels - self._mean) / self._deviation
        if s.layout == "nchw":
            values = values.transpose(2, 0, 1)
        return np.ascontiguousarray(values, np.dtype(s.dtype))

    def embed(self, prepared: Sequence[NDArray[Any]]) -> Vectors:
        """(n, d) float32 embeddings, a fixed number of pictures at a time.

        Raises:
            RequestError: The model fails on them.
        """
        found = [
            self._run(np.stack(prepared[k : k + self.batch]))
            for k in range(0, len(prepared), self.batch)
        ]
        return np.concatenate(found) if found else np.empty((0, 0), np.float32)

    def _run(self, pictures: NDArray[Any]) -> Vectors:
        s, count = self.signature, len(pictures)
        if s.batch is not None and count < s.batch:
            filler = np.zeros((s.batch - count, *pictures.shape[1:]), pictures.dtype)
            pictures = np.concatenate([pictures, filler])
        try:
            answer = self._session.run([s.output], {s.input: pictures})[0]
        except Exception as failed:  # onnxruntime has many types of errors of its own
            raise RequestError(
                f"the model fails: {shown(str(failed))}",
                fix="check that it takes single RGB pictures",
                code="E-EMBED-MODEL",
            ) from failed
        values = np.asarray(answer, np.float32)[:count]
        if values.ndim == 4:  # a map of features: its mean
            channels_last = s.layout == "nhwc"
            values = values.mean(axis=(1, 2) if channels_last else (2, 3))
        elif values.ndim == 3:  # tokens of a transformer: the class token is the first
            values = values[:, 0]
        if values.ndim != 2 or len(values) != count:
            raise RequestError(
                f"output {s.output!r} has shape {np.shape(answer)}",
                fix="choose another with --output: one row of numbers for each picture",
                code="E-EMBED-OUTPUT",
            )
        return values


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(path, "", "more than 2 GB", fix="choose another", code="E-EMBED-FILE")
        return path.read_bytes()
    except OSError as bad:
        raise SourceError(
            path, "", f"cannot be read: {bad.strerror}", fix="check the path", code="E-EMBED-FILE"
        ) from bad


def checked_device(device: str, gpu: bool, library: str) -> str:
    """ "cpu" or "cuda": the one that is meant.

    Args:
        gpu: Whether the library sees a GPU.

    Raises:
        RequestError: There is no such device.
    """
    if device not in DEVICES:
        raise RequestError(
            f"{shown(device)!r} is no device",
            fix=near_misses(device, DEVICES),
            code="E-EMBED-DEVICE",
        )
    if device == "cuda" and not gpu:
        raise RequestError(
            f"{library} sees no GPU",
            fix=f"choose cpu, or install a build of {library} for CUDA",
            code="E-EMBED-DEVICE",
        )
    return "cuda" if gpu and device != "cpu" else "cpu"


def _session(path: Path, content: bytes, device: str, threads: int) -> Any:
    """The model from its bytes alone: files beside it, which it may name, stay unread."""
    try:
        import onnxruntime
    except ImportError:
        raise RequestError(
            "embeddings need onnxruntime, which is not installed",
            fix="pip install 'boxscore[embeddings]', or import embeddings made elsewhere",
            code="E-EMBED-ONNXRUNTIME",
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    offered = onnxruntime.get_available_providers()
    chosen = checked_device(device, CUDA in offered, "onnxruntime")
    providers = [*([CUDA] if chosen == "cuda" else []), "CPUExecutionProvider"]
    try:
        return onnxruntime.InferenceSession(content, options, providers=providers)
    except Exception as bad:  # onnxruntime has many types of errors of its own
        raise SourceError(
            path,
            "",
            f"not a model that onnxruntime can run: {shown(str(bad))}",
            fix="export it to one ONNX file",
            code="E-EMBED-FILE",
        ) from bad


TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(uint8)": "uint8"}


def read_signature(path: Path, session: Any, output: str | None) -> Signature:
    """What the graph says of its input and outputs.

    Raises:
        SourceError: It takes no pictures.
        RequestError: There is no such output.
    """
    inputs = session.get_inputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    channels = [axis for axis in (1, 3) if len(shape) == 4 and shape[axis] == 3]
    if not channels or inputs[0].type not in TYPES:
        told = [(one.name, one.type, one.shape) for one in inputs]
        raise SourceError(
            path,
            "input",
            f"takes {shown(told)}",
            fix="one input, n x 3 x height x width or n x height x width x 3",
            code="E-EMBED-INPUT",
        )
    layout = "nchw" if channels[0] == 1 else "nhwc"
    sides = shape[2:4] if layout == "nchw" else shape[1:3]
    height, width = (side if isinstance(side, int) and side > 0 else FREE_SIZE for side in sides)
    batch = shape[0] if isinstance(shape[0], int) and shape[0] > 0 else None
    if max(height, width) > MOST_SIDE or (batch or 1) > MOST_BATCH:
        raise SourceError(
            path,
            "input",
            f"takes {batch or 1} pictures of {width} x {height} at once",
            fix=f"at most {MOST_BATCH} of {MOST_SIDE} x {MOST_SIDE}",
            code="E-EMBED-INPUT",
        )
    outputs = {one.name: one.shape for one in session.get_outputs()}
    flat = [name for name, size in outputs.items() if size is not None and len(size) == 2]
    chosen = output or (flat or list(outputs))[0]
    if chosen not in outputs:
        raise RequestError(
            f"the model has no output {shown(chosen)!r}",
            fix=near_misses(chosen, outputs),
            code="E-EMBED-OUTPUT",
        )
    return Signature(inputs[0].name, layout, height, width, batch, TYPES[inputs[0].type], chosen)
