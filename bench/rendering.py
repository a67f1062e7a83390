"""What a score's sound costs: `python -m bench.rendering score/NAME.mid ...`, each in a process of its own.

Prints the length of the sound, its parts, the seconds of processor time and the most memory that was held,
which `resource` tells on Linux (KiB) and macOS (bytes), and not on Windows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bridge.config import AudioSettings
from bridge.progress import Progress
from bridge.sounding import open_studio, render


def cost(midi: Path) -> dict[str, float]:
    """Render a file into a folder that is thrown away."""
    import resource

    began_s = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        made = render(midi, Path(folder), midi.stem, open_studio(), AudioSettings(), Progress())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "length_s": made.length_s,
        "parts": len(made.stems),
        "processor_s": time.process_time() - began_s,
        "most_mb": most / (1e6 if sys.platform == "darwin" else 1e6 / 1024),
    }


def main(paths: list[str]) -> None:
    """One line a file."""
    if len(paths) == 2 and paths[0] == "--one":
        print(json.dumps(cost(Path(paths[1]))))
        return
    for path in paths:
        words = [sys.executable, "-m", "bench.rendering", "--one", path]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE)
        told = json.loads(done.stdout)
        print(
            f"{path}: {told['length_s']:.0f} s, {told['parts']} parts, "
            f"{told['processor_s']:.1f} s of one core, {told['most_mb']:.0f} MB"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
