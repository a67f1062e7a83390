from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e .[train]")

from bridge.inference.session import Decoder  # noqa: E402
from bridge.vocabulary.conditions import WIDTH  # noqa: E402
from bridge.vocabulary.tokens import SIZES  # noqa: E402
from models import export  # noqa: E402
from models.decoder import Decoder as Weights  # noqa: E402
from models.decoder import Shape  # noqa: E402
from models.loading import of_release  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]


@pytest.mark.parametrize("conditions", [0, WIDTH])
def test_a_released_graph_gives_its_weights_back(
    tmp_path: Path, conditions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(3)
    shape = Shape(SIZES[2 if conditions else 1], 2, 32, 2, 128, conditions, bool(conditions))
    model = Weights(shape).eval()
    state = {"shape": asdict(shape), "model": model.state_dict(), "asked": {}, "step": 1, "spent_s": 1.0}
    torch.save(state, tmp_path / "tiny.pt")
    sequences = [np.arange(5, 5 + 40 + row) % shape.vocabulary for row in range(16)]
    export.release("melody", tmp_path / "tiny.pt", tmp_path, "", sequences, {})
    folder = next(tmp_path.glob("melody-v*"))
    again, card = of_release(folder)
    assert card.conditions == conditions
    wanted = export.whole(model, sequences[0])
    np.testing.assert_allclose(export.whole(again, sequences[0]), wanted, atol=1e-5)
    decoder = Decoder.load(folder)
    length = len(sequences[0])
    beside = export.conditions_of(shape, sequences[0])
    logits, fresh = decoder.run(
        sequences[0][None],
        decoder.empty_past(1, 64),
        np.arange(length)[None],
        np.concatenate((np.zeros((1, 64), np.float32), np.ones((1, length), np.float32)), axis=1),
        None if beside is None else beside[None],
    )
    assert fresh.shape == (2, 2, 1, 2, length, 16)
    np.testing.assert_allclose(logits[0], wanted, atol=1e-4)
