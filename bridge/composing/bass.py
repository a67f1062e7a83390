"""The bass, by rule: roots under the chords, in the accompaniment's rhythm; a model may write its lines."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from bridge.composing.harmony import nearest_pitch
from bridge.composing.palettes import Voice
from bridge.composing.plan import Section
from bridge.composing.textures.where import RUBS
from bridge.composing.writing import Draft, Sounding, snapped
from bridge.vocabulary.chords import pitch_classes
from bridge.vocabulary.tokens import TICKS_PER_STEP

# How busy the bass is, by energy: below these it holds, plays strong beats, follows the accompaniment
# on beats; above them it pulses in eighths.
_HOLDS, _STRONG, _BEATS = 0.38, 0.55, 0.78


def write_bass(
    chords: Sequence[Sounding], onsets: frozenset[int], learned: AbstractSet[str] = frozenset()
) -> list[Draft]:
    """Bass notes for all chords, in order.

    Args:
        chords: what sounds, cell by cell.
        onsets: ticks where the accompaniment starts something: the bass moves with it.
        learned: keys of sections whose line a model writes: of these only what is held is written here.
    """
    out: list[Draft] = []
    near: int | None = None
    for index, each in enumerate(chords):
        item = each.item
        if not each.section.plays("bass", item) and item.kind != "final":
            continue
        if each.chord is None or item.kind in ("rest", "tail") or item.tied:
            continue
        if item.kind == "play" and each.section.key in learned:
            continue
        voice = each.section.palette.bass
        home = voice.low + (voice.high - voice.low) * 2 // 5
        near = home if near is None else near
        # Between the last root and the home register, so that the line does not climb away.
        aim = round(0.45 * near + 0.55 * home)
        # Three cells in four, so that the fourth leads on.
        pedal = item.kind == "play" and is_pedal(each.section) and item.place % 4 != 3
        low_pc = each.section.tonality.tonic_pc if pedal else (each.chord.root_pc + each.shift) % 12
        root = nearest_pitch([low_pc], voice.low, voice.high, aim)
        if root is None:
            continue
        near = root
        before = chords[index - 1] if index else None
        after = chords[index + 1] if index + 1 < len(chords) else None
        forced = [tick for tick in item.forced if each.tick <= tick < each.end_tick]
        if item.kind in ("hold", "final"):
            ticks = sorted({each.tick, *forced})
        else:
            ticks = sorted({*_ticks(each, onsets), *forced})
            same = before is not None and before.chord == each.chord and before.section is each.section
            holds = item.energy < _HOLDS and before is not None and before.item.kind == "play"
            # A calm bass holds on under a chord that goes on, two cells at most.
            if same and holds and not forced and out and item.cell.bar.phrase_bar % 2:
                out[-1] = Draft(out[-1].tick, out[-1].pitch, each.end_tick, out[-1].accent)
                continue
        fifth = nearest_pitch([(pitch_classes(each.chord)[2] + each.shift) % 12], voice.low, voice.high, root)
        for place, (tick, end) in enumerate(zip(ticks, [*ticks[1:], each.end_tick])):
            pitch = root
            last = place == len(ticks) - 1 and place > 0 and tick not in forced
            if pedal:
                pass
            elif last and item.energy >= _HOLDS and after is not None and after.chord != each.chord:
                pitch = _approach(root, after, voice)
            elif fifth is not None and place % 4 == 2 and item.energy < _BEATS and tick not in forced:
                pitch = fifth
            # Busy basses are detached, calm ones sing through.
            gap = (end - tick) // 5 if item.energy >= _BEATS else 0
            out.append(Draft(tick, pitch, max(end - gap, tick + TICKS_PER_STEP), tick in item.forced))
    return out


def is_pedal(section: Section) -> bool:
    """Whether the bass keeps to the tonic: in a tense plot under a bed, which has the chords."""
    return section.plot.tension >= RUBS and any(layer.slot == "bed" for layer in section.layers)


def _ticks(each: Sounding, onsets: frozenset[int]) -> list[int]:
    item = each.item
    cell = item.cell
    if item.energy < _HOLDS:
        steps: Sequence[int] = ()
    elif item.energy < _STRONG:
        steps = cell.strong_steps
    elif item.energy < _BEATS:
        steps = [
            step for step in cell.beat_steps if step in cell.strong_steps or snapped(item, step) in onsets
        ]
    else:
        steps = range(0, cell.steps, 6)
    ticks = [snapped(item, step) for step in steps]
    return [each.tick, *(tick for tick in ticks if each.tick < tick < each.end_tick)]


def _approach(root: int, after: Sounding, voice: Voice) -> int:
    """A step towards the next root when it is within a fifth, else the root again."""
    if after.chord is None:
        return root
    goal = nearest_pitch([(after.chord.root_pc + after.shift) % 12], voice.low, voice.high, root)
    if goal is None or not 3 <= abs(goal - root) <= 7:
        return root
    white = {(pc + after.shift) % 12 for pc in (0, 2, 4, 5, 7, 9, 11)}
    for step in (2, 1) if goal < root else (-2, -1):
        if (goal + step) % 12 in white and voice.low <= goal + step <= voice.high:
            return goal + step
    return root
