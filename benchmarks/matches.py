"""Which predictions match at each of the ten IoU thresholds: whole processes, from JSON."""

from __future__ import annotations

import sys

from benchmarks import measure, peers

OWN = "boxscore, match_files"
OURS = """
import sys
from boxscore.matching.files import match_files
match_files(sys.argv[1], sys.argv[2], task="bbox")
"""


def main() -> None:
    """Measure both sets."""
    parts = []
    for name in ("coco36k", "coco500k"):
        files = [str(path) for path in measure.synthetic(name)]
        programs = {OWN: OURS} | {n: p for n, p in peers.MATCHES.items() if peers.installed(n)}
        commands = {
            n: [sys.executable, "-W", "ignore", "-c", p, *files] for n, p in programs.items()
        }
        parts.append(f"## {name}\n\n" + measure.table(measure.interleaved(commands), OWN))
    text = "\n\n".join(parts) + peers.absent(list(peers.MATCHES))
    measure.write("matches", "Matches of every prediction at ten IoU thresholds, from JSON", text)


if __name__ == "__main__":
    main()
