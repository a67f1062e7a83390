"""Lines of speech, their words and voices, with a library that stands in for the recogniser."""

from __future__ import annotations

import json
import os
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import Cancelled, ModelError
from bridge.hearing import RATE, listen
from bridge.hearing.voice import WINDOW_S
from bridge.hearing.words import Recogniser, Said, line_spans, pieces, recognised, speech_dir
from bridge.progress import Progress
from bridge.schema.cues import Line
from bridge.schema.timeline import Knot, MediaSpan, Sound, Timeline
from tests.hearing.made import tone, write_sound

# Says the pitch it hears; a voice is high or low. It is loaded by the real process in the library's place.
STAND_IN = """
import pathlib, sys
import numpy as np

class _Stream:
    def accept_waveform(self, rate, samples):
        assert rate == 16000
        self.samples = samples
    def input_finished(self):
        pass

class _Result:
    def __init__(self, text):
        self.text = text

class OfflineRecognizer:
    @classmethod
    def from_whisper(cls, encoder, decoder, tokens, language, num_threads):
        for path in (encoder, decoder, tokens):
            text = pathlib.Path(path).read_text()
            if text == "dies":
                print("the graph lacks n_mels", file=sys.stderr)
                sys.exit(255)
            if text == "raises":
                raise RuntimeError("no such graph")
        print("a line that is no answer")
        return cls()
    def create_stream(self):
        return _Stream()
    def decode_stream(self, stream):
        hz = np.argmax(np.abs(np.fft.rfft(stream.samples))) * 16000 / len(stream.samples)
        stream.result = _Result(f" {round(hz / 100) * 100} hertz " if hz > 50 else "")

class SpeakerEmbeddingExtractorConfig:
    def __init__(self, model, num_threads):
        pass

class SpeakerEmbeddingExtractor:
    def __init__(self, config):
        pass
    def create_stream(self):
        return _Stream()
    def compute(self, stream):
        return [float(np.abs(np.diff(np.sign(stream.samples))).mean() > 0.2), 1.0]

class FastClusteringConfig:
    def __init__(self, num_clusters, threshold):
        pass

class FastClustering:
    def __init__(self, config):
        pass
    def __call__(self, prints):
        return [7 if first > 0.5 else 4 for first, _ in prints]
"""


@pytest.fixture
def recogniser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recogniser in place, and the stand-in where its process finds the library."""
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    library = tmp_path / "library"
    library.mkdir()
    (library / "sherpa_onnx.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(library), *filter(None, sys.path)]))
    folder = speech_dir()
    folder.mkdir(parents=True)
    for name in ("encoder.onnx", "decoder.onnx", "tokens.txt", "voices.onnx"):
        (folder / name).write_text("")
    (folder / "card.json").write_text(json.dumps({"words": {"sha256": "00"}}))
    return folder


def wave() -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Three tones in eight seconds, and where they are."""
    samples = np.zeros(8 * RATE, np.float32)
    lines = [(1.0, 2.0), (3.0, 4.5), (6.0, 7.0)]
    for (start, end), hz in zip(lines, (400, 3000, 500)):
        samples[round(start * RATE) : round(end * RATE)] = tone(hz, end - start)
    return samples, lines


def test_words_and_voices_of_each_line(recogniser: Path) -> None:
    samples, lines = wave()
    said = recognised([samples[: 4 * RATE], samples[4 * RATE :]], lines, Progress())
    assert said == [
        Said(1.0, 2.0, "400 hertz", "1"),
        Said(3.0, 4.5, "3000 hertz", "2"),
        Said(6.0, 7.0, "500 hertz", "1"),
    ]


def test_without_a_model_of_voices_nobody_is_told_apart(recogniser: Path) -> None:
    (recogniser / "voices.onnx").unlink()
    samples, lines = wave()
    assert [said.speaker for said in recognised([samples], lines, Progress())] == ["", "", ""]


def test_lines_without_a_word_are_left_out(recogniser: Path) -> None:
    said = recognised([np.zeros(8 * RATE, np.float32)], [(1.0, 2.0)], Progress())
    assert said == []


@pytest.mark.parametrize(("content", "words"), [("dies", "lacks n_mels"), ("raises", "no such graph")])
def test_a_model_that_ends_the_process_is_an_error_and_no_end(
    recogniser: Path, content: str, words: str
) -> None:
    (recogniser / "decoder.onnx").write_text(content)
    with pytest.raises(ModelError, match=words) as caught:
        Recogniser(recogniser)
    assert "models add speech" in (caught.value.remedy or "")


def test_recognising_stops_when_asked(recogniser: Path) -> None:
    samples, lines = wave()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        recognised([samples], lines, progress)


def test_pieces_are_the_samples_of_each_line_across_blocks() -> None:
    samples = np.arange(8 * RATE, dtype=np.float32)
    lines = [(0.5, 1.5), (1.9, 6.1), (7.0, 9.0)]
    blocks = [samples[at : at + 2 * RATE] for at in range(0, len(samples), 2 * RATE)]
    found = list(pieces(blocks, lines))
    assert [(int(piece[0]), int(piece[-1]) + 1) for piece in found] == [
        (8000, 24000), (30400, 97600), (112000, 128000)
    ]  # fmt: skip


def test_long_speech_is_cut_where_it_is_least_likely() -> None:
    speech = np.ones(round(40 / WINDOW_S), np.float32)
    speech[round(20 / WINDOW_S)] = 0.6
    first, second = line_spans(speech)
    assert first == pytest.approx((0, 20), abs=2 * WINDOW_S)
    assert second == pytest.approx((20, 40), abs=2 * WINDOW_S)


def test_a_cue_has_the_lines_of_its_speech(
    recogniser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, lines = wave()
    path = write_sound(tmp_path / "a.wav", samples)
    knots = (Knot(Fraction(0), Fraction(0)), Knot(Fraction(8), Fraction(8)))
    sounds = (Sound("1", 0, 200, MediaSpan(path, knots)),)
    timeline = Timeline("t", Fraction(25), False, 0, 200, 0, 200, (), sounds=sounds)

    class Everywhere:
        def __init__(self, graph: object) -> None:
            self.at = 0

        def hear(self, block: np.ndarray) -> np.ndarray:
            middles = (np.arange(len(block) // 512) + self.at + 0.5) * WINDOW_S
            self.at += len(middles)
            return np.array([any(a <= s < b for a, b in lines) for s in middles], np.float32)

    monkeypatch.setattr(listen, "Voice", Everywhere)
    heard = listen.hear(timeline, Settings(), Progress())
    assert [span.words for span in heard.speech] == ["400 hertz", "3000 hertz", "500 hertz"]
    (line,) = heard.speech[1].lines
    assert (line.words, line.speaker) == ("3000 hertz", "2")
    assert isinstance(line, Line) and heard.speech[1].start_frame <= line.start_frame < line.end_frame
    # Kept: nobody is asked again.
    (recogniser / "decoder.onnx").write_text("dies")
    assert listen.hear(timeline, Settings(), Progress()) == heard
    (recogniser / "card.json").write_text(json.dumps({"words": {"sha256": "01"}}))
    again = listen.hear(timeline, Settings(), Progress())
    assert any("Words are not recognised" in problem for problem in again.problems)
    assert len(again.speech) == 3 and not again.speech[0].lines
