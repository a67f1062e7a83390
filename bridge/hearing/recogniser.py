"""A recogniser of words in a process of its own, for the library ends its process on a model it dislikes.

    python -m bridge.hearing.recogniser FOLDER

reads from its standard input the number of samples (4 bytes, little end first) and then that many of 16 kHz
(float32), again and again, and answers each with a line of JSON: {"words": TEXT}. A number of 0 ends it; it
then answers {"speakers": [NUMBER, ...]}, the voices of all that it was given, alike numbers for alike voices
(empty where there is no model of voices). Its first line is {"ready": true}, or {"problem": TEXT}. No other
file imports sherpa-onnx.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bridge.hearing import RATE

# Distance from which two voices are two, of FastClustering: its makers' own.
_APART = 0.5
_MOST_THREADS = 4


def main(folder: Path) -> int:
    """Answer until told to stop; the process's exit status."""
    given, answers = sys.stdin.buffer, sys.stdout
    # Whatever the library prints must not get among the answers.
    sys.stdout = sys.stderr
    try:
        import sherpa_onnx

        model, voices = _loaded(sherpa_onnx, folder)
    except ImportError:
        _answer(answers, {"problem": 'sherpa-onnx is not installed: pip install "cuebridge[speech]"'})
        return 1
    except (OSError, RuntimeError, ValueError) as error:
        _answer(answers, {"problem": " ".join(str(error).split())[:300] or type(error).__name__})
        return 1
    _answer(answers, {"ready": True})
    prints: list[Any] = []
    while samples := _read(given):
        stream = model.create_stream()
        stream.accept_waveform(RATE, samples[0])
        model.decode_stream(stream)
        if voices is not None:
            prints.append(_print(voices, samples[0]))
        _answer(answers, {"words": stream.result.text.strip()})
    told: list[int] = []
    if len(prints) > 1:
        clusters = sherpa_onnx.FastClustering(
            sherpa_onnx.FastClusteringConfig(num_clusters=-1, threshold=_APART)
        )
        told = [int(number) for number in clusters(np.array(prints, np.float32))]
    _answer(answers, {"speakers": told or [0] * len(prints)})
    return 0


def _loaded(library: Any, folder: Path) -> tuple[Any, Any]:
    """The recogniser, and what tells voices apart if it is there."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    model = library.OfflineRecognizer.from_whisper(
        encoder=str(folder / "encoder.onnx"),
        decoder=str(folder / "decoder.onnx"),
        tokens=str(folder / "tokens.txt"),
        language="",  # whichever it hears
        num_threads=threads,
    )
    path = folder / "voices.onnx"
    if not path.is_file():
        return model, None
    wanted = library.SpeakerEmbeddingExtractorConfig(model=str(path), num_threads=threads)
    return model, library.SpeakerEmbeddingExtractor(wanted)


def _print(voices: Any, samples: Any) -> Any:
    stream = voices.create_stream()
    stream.accept_waveform(RATE, samples)
    stream.input_finished()
    return voices.compute(stream)


def _read(given: BinaryIO) -> tuple[Any] | None:
    head = given.read(4)
    count = struct.unpack("<I", head)[0] if len(head) == 4 else 0
    return (np.frombuffer(given.read(4 * count), "<f4"),) if count else None


def _answer(answers: Any, told: dict[str, object]) -> None:
    print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
