"""Ask a language model about a cue sheet: from the disk where it was asked before, else over the network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from bridge import keeping
from bridge.advising.answer import Refused, edited_sheet
from bridge.advising.chat import Unanswered, ask
from bridge.advising.question import answer_schema, question, told_schema
from bridge.llm import LanguageModel
from bridge.progress import Progress
from bridge.schema.cues import CueSheet

STAGE = "advising"
_VERSION = 1


@dataclass(frozen=True)
class Advice:
    """An edited cue sheet as JSON, "" where nothing came of it, and sentences for a person."""

    cues_json: str = ""
    notes: tuple[str, ...] = ()


def advise(
    cues: CueSheet, told: str, palettes: Collection[str], model: LanguageModel, progress: Progress
) -> Advice:
    """What a language model would change in a sheet, as far as a person could.

    An answer that could be used is kept on disk under the whole question, so that the same cue gets the same
    music again. Whatever goes wrong leaves the sheet as it is, and is said.

    Args:
        cues: the sheet.
        told: what was seen and heard of every plot, in words.
        palettes: names of instruments' sets there are.
        model: where to ask.
        progress: told of the stage, and checked while waiting.

    Raises:
        Cancelled: somebody asked to stop.
    """
    progress.report(STAGE, 0, 1, model.model)
    body, schema = question(cues, told, palettes, model.model), answer_schema(cues)
    digest = hashlib.sha256(json.dumps([model.url, body, schema], sort_keys=True).encode()).hexdigest()
    key = keeping.Key("advice", _VERSION, "question", digest)
    kept = keeping.recall(key)
    try:
        if kept is not None and "answer" in kept:
            text = kept["answer"].tobytes().decode("utf-8", "replace")
        else:
            text = ask(model, body, told_schema(schema), progress)
        sheet, changes = edited_sheet(text, cues)
    except Unanswered as error:
        return Advice(notes=(f"The language model was not heard: {error}",))
    except Refused as error:
        return Advice(notes=(f"The language model's answer was not used: {error}",))
    if kept is None:
        keeping.keep(key, {"answer": np.frombuffer(text.encode("utf-8", "replace"), np.uint8)})
    progress.report(STAGE, 1, 1)
    return Advice(sheet, changes or (f"The language model {model.model} changed nothing",))
