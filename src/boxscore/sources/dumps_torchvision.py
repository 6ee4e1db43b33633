"""TorchVision and Hugging Face post-processing as JSON: {boxes, labels, scores} of each image."""

from __future__ import annotations

from boxscore.sources.dump_files import Dump, columns_fit, from_columns

DUMP = Dump(
    format="torchvision",
    title="lists of boxes, labels and scores",
    fits=lambda value: columns_fit(value, "boxes"),
    found=lambda value: from_columns(value, "boxes"),
)
recognise = DUMP.recognise
read = DUMP.read
