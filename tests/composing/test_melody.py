"""Which tones the melody may strike where; the models are random, so rules are what holds."""

import pytest

from bridge.composing import Models, compose
from bridge.composing.harmony import SCALES, Key
from bridge.composing.textures.where import RUBS
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.score import PartRole
from bridge.vocabulary.chords import INTERVALS
from tests.composing.forms import Scene, build


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("tension", [0.3, 0.8])
def test_melody_on_strong_beats_is_of_the_chord_and_elsewhere_of_key_or_chord(
    models: Models, seed: int, tension: float
):
    """Where it is tense a strong beat may lean on a tone of the key that is foreign to its chord."""
    cues, form = build(Scene(24, tension=tension, density=0.9, palette="strings", layers=("line", "pad")))
    score = compose(cues, form, Settings(seed=seed), models, Progress())
    melody = [note for part in score.parts if part.role is PartRole.MELODY for note in part.notes]
    downbeats = {bar.tick for bar in form.bars}
    struck = 0
    for note in melody:
        chord = next(c for c in score.chords if c.start_beats <= note.start_beats < c.end_beats)
        tones = {(chord.root_pc + step) % 12 for step in INTERVALS[chord.quality]}
        key = [k for k in score.keys if k.start_beats <= note.start_beats][-1]
        scale = {(pc + Key(key.tonic_pc, key.mode).shift) % 12 for pc in SCALES[key.mode]}
        if note.start_beats * 960 in downbeats and tension < RUBS:
            assert note.pitch % 12 in tones
        struck += note.start_beats * 960 in downbeats
        assert note.pitch % 12 in tones | scale
    assert len(melody) > 10 and struck
