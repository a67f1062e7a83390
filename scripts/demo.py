"""`make demo`: make a short film with known cuts and a timeline over it, score both, say what to open.

The daemon it uses is its own (state under the demo folder) and is stopped at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bridge.errors import InputError
from bridge.sounding import open_studio

# What to open first, and what it is; without audio there is no .wav.
WORTH = {
    "demo.png": "cuts, plots, mood, tempo and notes on one page",
    "demo.wav": "the music, to be heard with media/demo.mp4; each part by itself is in demo.stems",
    "demo.mid": "the music for any program that reads MIDI",
    "demo.rpp": "the music, markers and film, for REAPER",
    "timeline/demo.bundle": "a timeline's score for DaVinci Resolve; HOW TO USE THIS.txt in it says how",
}


def main(folder: Path) -> int:
    """Make the media, score it, print the paths; the exit code of the first command that failed."""
    folder.mkdir(parents=True, exist_ok=True)
    media, state = folder / "media", folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    environment = {**os.environ, "CUEBRIDGE_HOME": str(state.resolve()), "CUEBRIDGE_IDLE_S": "5"}
    run = [sys.executable, "-m"]
    print(f"Making a film with known cuts and a timeline in {media} ...", flush=True)
    made = subprocess.run([*run, "tests.make_media", str(media)], check=False)
    if made.returncode:
        return made.returncode
    audio = _audio()
    wanted = (("demo.mp4", folder, audio), ("demo.otio", folder / "timeline", [*audio, "--bundle"]))
    for source, out, how in wanted:
        for earlier in (*out.glob("demo.*"),):
            shutil.rmtree(earlier) if earlier.is_dir() else earlier.unlink()
        print(f"\nScoring {source} through the daemon ...", flush=True)
        command = [*run, "bridge", "score", str(media / source), "-o", str(out), "--seed", "7", *how]
        scored = subprocess.run(command, env=environment, check=False)
        if scored.returncode:
            return scored.returncode
    print("\nWhat to open:")
    for name, what in WORTH.items():
        if (folder / name).exists():
            print(f"  {folder / name}: {what}")
    return 0


def _audio() -> list[str]:
    """The options that have the demo sound, where this machine has what that takes."""
    try:
        studio = open_studio()
    except InputError as error:
        print(f"\nWithout audio: {error}", flush=True)
        return []
    print(f"\nWith audio, by {studio.words}", flush=True)
    return ["--audio", "--soundfont", str(studio.soundfont)]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo")))
