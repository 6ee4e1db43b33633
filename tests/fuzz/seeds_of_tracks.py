"""Good inputs of labels of whole videos, and of lists of images."""

from __future__ import annotations

import boxscore as bs
from tests.fuzz.seeds import BOXES, CLASSES, of_sinks, one_file
from tests.fuzz.trees import Case, Tree

DETRAC = b"""<?xml version="1.0"?>
<sequence name="MVI_1">
  <ignored_region><box left="1" top="2" width="3" height="4"/></ignored_region>
  <frame num="1"><target_list>
    <target id="7"><box left="10.5" top="20" width="30" height="40"/>
      <attribute vehicle_type="bus" truncation_ratio="0.25" speed="3"/></target>
  </target_list></frame>
</sequence>
"""
VATIC = b"""0 412 0 842 124 0 0 1 0 "worker"
0 410 0 840 124 2 0 0 1 "worker" "tired"
1 5 6 7 8 1 1 0 0 "tool box"
"""
LIST = b"images/a b.jpg 1,2,30,40,0 5,6,70,80,1\n"


def detrac(_: bs.Project) -> list[Case]:
    """UA-DETRAC's XML."""
    return [one_file("a.xml", DETRAC, role="truth", form="detrac")]


def vatic(_: bs.Project) -> list[Case]:
    """VATIC's text."""
    return [one_file("v.txt", VATIC, role="truth", form="vatic")]


def keras_yolo(_: bs.Project) -> list[Case]:
    """A list of images with their boxes, of both sides."""
    found = "".join(
        " ".join(
            [f"images/{name}", *(f"{x},{y},{x + w},{y + h},{k - 1},0.5" for k, x, y, w, h in boxes)]
        )
        + "\n"
        for name, boxes in BOXES.items()
    ).encode()
    names: Tree = {"list.txt": found, "classes.txt": "\n".join(CLASSES).encode()}
    return [
        one_file("list.txt", LIST, role="truth", form="keras-yolo"),
        one_file("list.txt", found, role="predictions", form="keras-yolo"),
        Case(tree=names, entry="list.txt", role="predictions", form="keras-yolo"),
        Case(tree=names, role="doctor", form="keras-yolo"),
    ]


def parquet(project: bs.Project) -> list[Case]:
    """Our own tables as Parquet."""
    return of_sinks(project, "parquet")
