"""How long looking takes beside decoding, what a second look costs, and how memory grows.

    python -m bench.looking [--media FOLDER] [--rounds N]
    python -m bench.looking --encoder FOLDER_OR_FILE.onnx [--arch NAME --pretrained FILE]

Looking at a film is finding its shots and measuring its pictures (`film_timeline`, `see`); looking at a
timeline is measuring alone. The reference is PyAV decoding the same frames of the same file with the same
threads and doing nothing with them. Times are seconds of processor (all threads) and of the clock, taken in
turn; ratios are of the processor's, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np

from bridge.config import Settings
from bridge.inference.encoder import load_encoder
from bridge.progress import Progress
from bridge.schema.timeline import Timeline
from bridge.seeing import film_timeline, see

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"
FILM = "big_buck_bunny_704x396.mp4"
_SECONDS = 30


@dataclass(frozen=True)
class Spent:
    """Seconds of processor and of the clock."""

    processor_s: float
    clock_s: float


def spent(work: Callable[[], object]) -> Spent:
    """What one call costs."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.process_time() - processor, time.perf_counter() - clock)


def decode(path: Path) -> int:
    """Decode every frame; how many there are."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def excerpt(source: Path, to: Path, seconds: int, height: int = 0, start_s: int = 60) -> Path:
    """Some seconds of a film: copied as they are, or encoded anew in another height, 16:9."""
    with av.open(str(source)) as given, av.open(str(to), "w") as made:
        shown = given.streams.video[0]
        if not height:
            out = made.add_stream_from_template(shown)
            given.seek(int(start_s / shown.time_base), stream=shown)
            first = None
            for packet in given.demux(shown):
                if packet.dts is None or packet.pts is None:
                    continue
                first = packet.dts if first is None else first
                if (packet.dts - first) * shown.time_base >= seconds:
                    break
                packet.dts, packet.pts = packet.dts - first, packet.pts - first
                packet.stream = out
                made.mux(packet)
            return to
        rate = Fraction(shown.average_rate or 25)
        out = made.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "veryfast"})
        out.width, out.height, out.pix_fmt = height * 16 // 9, height, "yuv420p"
        given.seek(int(start_s / shown.time_base), stream=shown)
        for number, frame in enumerate(given.decode(shown)):
            if number >= seconds * rate:
                break
            frame = frame.reformat(width=out.width, height=out.height, format="yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            made.mux(out.encode(frame))
        made.mux(out.encode(None))
    return to


def look(path: Path) -> Timeline:
    """A bare film: shots, then pictures."""
    timeline = film_timeline(path, Settings(encoder="none"), Progress())
    see(timeline, Settings(encoder="none"), Progress())
    return timeline


def compare(path: Path, rounds: int) -> list[str]:
    """Rows of one film: film and timeline, the first look and the second, beside decoding."""
    kinds: dict[str, list[Spent]] = {
        name: [] for name in ("decoding", "film", "film again", "timeline", "again")
    }
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["CUEBRIDGE_CACHE"] = folder
            kinds["decoding"].append(spent(lambda: decode(path)))
            kinds["film"].append(spent(lambda: look(path)))
            kinds["film again"].append(spent(lambda: look(path)))
            timeline = film_timeline(path, Settings(), Progress())
        with tempfile.TemporaryDirectory() as folder:
            os.environ["CUEBRIDGE_CACHE"] = folder
            settings = Settings(encoder="none")
            for name in ("timeline", "again"):
                kinds[name].append(spent(partial(see, timeline, settings, Progress())))
    frames = decode(path)
    rows = []
    for name, times in kinds.items():
        ratios = [each.processor_s / base.processor_s for each, base in zip(times, kinds["decoding"])]
        error = statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else 0.0
        milliseconds = 1e3 * statistics.fmean(each.processor_s for each in times) / frames
        clock = 1e3 * statistics.fmean(each.clock_s for each in times) / frames
        rows.append(
            f"| {path.stem} | {name} | {milliseconds:.3f} | {clock:.3f} "
            f"| {statistics.fmean(ratios):.3f} ± {error:.3f} |"
        )
    return rows


def peak_mb(path: Path) -> float:
    """The largest resident size, in MiB, of a process that looks at a film and nothing else."""
    code = (
        "import resource, sys; from pathlib import Path; from bench.looking import look; "
        "look(Path(sys.argv[1])); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "CUEBRIDGE_CACHE": folder},
            check=True,
            capture_output=True,
            text=True,
        )
    kilobytes = int(done.stdout.split()[-1])
    return kilobytes / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def encoding(asked: str, arch: str, pretrained: str, frames: int = 64) -> list[str]:
    """Frames a second of an encoder, and of the same weights in torch where they are named."""
    encoder = load_encoder(asked)
    if encoder is None:
        return ["no encoder is installed"]
    side = encoder.card.side
    given = np.random.default_rng(0).integers(0, 256, (frames, side, side, 3)).astype(np.uint8)
    encoder.embed_images(given[:16])
    rows = [f"{encoder.card.name}: {frames / spent(lambda: encoder.embed_images(given)).processor_s:.2f}"]
    if pretrained:
        from bridge import export_clip

        torch, open_clip = export_clip._libraries()
        torch.set_num_threads(1)
        model = open_clip.create_model(arch, pretrained=pretrained).eval()
        planes = torch.from_numpy(given).permute(0, 3, 1, 2).float() / 255

        def run() -> None:
            with torch.no_grad():
                for at in range(0, frames, 16):
                    model.encode_image(planes[at : at + 16], normalize=True)

        with torch.no_grad():
            model.encode_image(planes[:16])
        rows.append(f"torch {torch.__version__}, one thread: {frames / spent(run).processor_s:.2f}")
    return [f"{row} frames a second of processor" for row in rows]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=_SECONDS)
    parser.add_argument("--encoder", default="")
    parser.add_argument("--arch", default="ViT-B-32")
    parser.add_argument("--pretrained", default="")
    parser.add_argument("--no-memory", action="store_true")
    asked = parser.parse_args()
    if asked.encoder:
        print("\n".join(encoding(asked.encoder, asked.arch, asked.pretrained)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = asked.media / FILM
        print("| film | what | processor, ms a frame | clock | beside decoding ± SE |\n|---|---|---|---|---|")
        small = excerpt(source, folder / "as-it-is.mp4", asked.seconds)
        large = excerpt(source, folder / "1080p.mp4", asked.seconds // 2, 1080)
        for path in (small, large):
            print("\n".join(compare(path, asked.rounds)), flush=True)
        if not asked.no_memory:
            long = excerpt(source, folder / "long.mp4", 4 * asked.seconds)
            sizes = [(path.stem, peak_mb(path)) for path in (small, long)]
            print("; ".join(f"{stem}: {size:.0f} MiB at most" for stem, size in sizes))


if __name__ == "__main__":
    main()
