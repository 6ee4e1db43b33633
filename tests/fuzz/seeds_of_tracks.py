"""Good inputs of labels of whole videos, and of lists of images."""

from __future__ import annotations

import boxscore as bs
from tests.fuzz.seeds import of_sinks, one_file
from tests.fuzz.trees import Case

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
    """A list of images with their boxes."""
    return [one_file("list.txt", LIST, role="truth", form="keras-yolo")]


def parquet(project: bs.Project) -> list[Case]:
    """Our own tables as Parquet."""
    return of_sinks(project, "parquet")
