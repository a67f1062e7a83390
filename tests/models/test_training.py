"""The decoder, its export and the windows it is trained on; needs torch."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is for training only: `make test-train`")
pytest.importorskip("onnx")

from bridge.inference.card import Card  # noqa: E402
from bridge.vocabulary import tokens  # noqa: E402
from bridge.vocabulary.chords import Chord  # noqa: E402
from bridge.vocabulary.conditions import WIDTH  # noqa: E402
from models import export, structure  # noqa: E402
from models.data import TRANSPOSED, open_controls, opened  # noqa: E402
from models.decoder import Decoder, Shape  # noqa: E402
from models.fit import warmed  # noqa: E402
from models.loading import of_release  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]

SMALL = Shape(tokens.SIZE, layers=2, width=32, heads=2, context=96)


@pytest.fixture(scope="module")
def tiny() -> Decoder:
    torch.manual_seed(3)
    model = Decoder(SMALL).eval()
    for weight in model.parameters():
        if weight.dim() == 2:
            torch.nn.init.normal_(weight, std=0.2)
    return model


def sequences() -> list[np.ndarray]:
    choose = np.random.default_rng(5)
    return [choose.integers(0, tokens.SIZE, 24 + 4 * row) for row in range(16)]


def test_the_exported_graph_is_the_model(tiny: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export.to_onnx(tiny, path)
    found = export.checked(tiny, path, sequences())
    assert max(found.values()) < export.WORST_LOGIT
    assert found["alone_against_among_others"] == 0


def test_another_model_is_refused(tiny: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export.to_onnx(tiny, path)
    torch.manual_seed(4)
    with pytest.raises(export.Difference, match="differ"):
        export.checked(Decoder(SMALL).eval(), path, sequences())


def test_a_model_with_conditions_is_folded_and_exported_as_it_was(tmp_path: Path) -> None:
    torch.manual_seed(5)
    shape = Shape(tokens.SIZE, layers=2, width=32, heads=2, context=96, conditions=WIDTH, structured=True)
    model = Decoder(shape).eval()
    for weight in model.parameters():
        if weight.dim() == 2:
            torch.nn.init.normal_(weight, std=0.2)
    plain = export.folded(model)
    assert not plain.shape.structured
    with torch.no_grad():
        assert np.allclose(
            export.whole(plain, sequences()[2]), export.whole(model, sequences()[2]), atol=1e-4
        )
        silent = (model.hidden(torch.from_numpy(sequences()[2])[None]) @ model.table().t())[0].numpy()
    assert np.abs(silent - export.whole(model, sequences()[2])).max() > 0.1, "conditions must matter"
    path = tmp_path / "model.onnx"
    export.to_onnx(plain, path)
    found = export.checked(plain, path, sequences())
    assert max(found.values()) < export.WORST_LOGIT
    assert found["alone_against_among_others"] == 0


def released(model: Decoder, folder: Path) -> Path:
    """A model as it is released: its graph beside a card with the graph's hash."""
    folder.mkdir()
    export.to_onnx(model, folder / "model.onnx")
    content = (folder / "model.onnx").read_bytes()
    shape = model.shape
    card = Card(
        name=folder.name,
        part="melody",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        vocabulary_version=2 if shape.conditions else 1,
        vocabulary_size=shape.vocabulary,
        layers=shape.layers,
        heads=shape.heads,
        width=shape.width,
        head_width=shape.head_width,
        context=shape.context,
        licence="Apache-2.0",
        conditions=shape.conditions,
    )
    (folder / "card.json").write_text(card.to_json())
    return folder


def test_a_model_started_from_version_1_is_the_same_network_at_first(tmp_path: Path) -> None:
    torch.manual_seed(6)
    old = Decoder(Shape(tokens.SIZES[1], layers=2, width=32, heads=2, context=96)).eval()
    shape = Shape(tokens.SIZE, 2, 32, 2, 192, conditions=WIDTH, structured=True, tilted=8)
    new = Decoder(shape).eval()
    warmed(new, released(old, tmp_path / "melody-v1"))
    ids = torch.from_numpy(np.random.default_rng(7).integers(0, tokens.SIZES[1], 40))[None]
    told = torch.ones(1, 40, WIDTH)
    with torch.no_grad():
        before = old.hidden(ids) @ old.table().t()
        after = new.hidden(ids, told) @ new.table().t()
    assert torch.allclose(before, after[..., : tokens.SIZES[1]], atol=1e-5)
    with pytest.raises(SystemExit, match="not a model of the same layers"):
        warmed(new, released(Decoder(Shape(tokens.SIZES[1], 3, 32, 2, 96)), tmp_path / "other-v1"))


def test_a_release_is_read_back_with_what_reaches_every_layer(tmp_path: Path) -> None:
    torch.manual_seed(8)
    model = Decoder(Shape(tokens.SIZE, 2, 32, 2, 96, conditions=WIDTH, tilted=8)).eval()
    for weight in model.parameters():
        if weight.dim() == 2:
            torch.nn.init.normal_(weight, std=0.2)
    back, _ = of_release(released(model, tmp_path / "melody-v2"))
    assert back.shape.tilted == 8
    ids = sequences()[2]
    assert np.allclose(export.whole(back, ids), export.whole(model, ids), atol=1e-5)
    found = export.checked(model, tmp_path / "melody-v2" / "model.onnx", sequences())
    assert max(found.values()) < export.WORST_LOGIT
    assert found["alone_against_among_others"] == 0
    with torch.no_grad():
        for weight in model.tilt.parameters():
            weight.zero_()
    assert np.abs(export.whole(back, ids) - export.whole(model, ids)).max() > 0.1, "the tilt must matter"


def test_tokens_of_a_kind_share_features() -> None:
    features = structure.table()
    one, other = (tokens.chord_id(Chord(2, quality)) for quality in ("min", "min7"))
    far = tokens.chord_id(Chord(8, "aug"))
    assert features[one] @ features[other] > features[one] @ features[far] > 0
    assert not features[tokens.BAR].any()


def test_whole_and_stepwise_passes_agree_in_torch(tiny: Decoder) -> None:
    ids = torch.from_numpy(sequences()[3])[None]
    length = ids.shape[1]
    with torch.no_grad():
        whole = tiny.hidden(ids) @ tiny.embedding.weight.t()
        past = torch.zeros(SMALL.layers, 2, 1, SMALL.heads, 0, SMALL.head_width)
        for at in range(length):
            layers = [past[layer, kind] for layer in range(SMALL.layers) for kind in range(2)]
            logits, fresh = tiny(ids[:, at : at + 1], torch.tensor([[at]]), torch.ones(1, at + 1), *layers)
            past = torch.cat((past, fresh), dim=4)
            assert torch.allclose(logits[0, 0], whole[0, at], atol=1e-4)


def test_nothing_looks_ahead(tiny: Decoder) -> None:
    ids = torch.from_numpy(sequences()[0])[None]
    changed = ids.clone()
    changed[0, -1] = (changed[0, -1] + 1) % tokens.SIZE
    with torch.no_grad():
        assert torch.equal(tiny.hidden(ids)[:, :-1], tiny.hidden(changed)[:, :-1])


def test_transposing_moves_chords_and_nothing_else() -> None:
    c, g = tokens.id_of("CHORD_C:min7"), tokens.id_of("CHORD_G:min7")
    assert TRANSPOSED[7, c] == g
    assert TRANSPOSED[5, g] == c
    assert np.array_equal(TRANSPOSED[0], np.arange(tokens.SIZE))
    others = [t for t in range(tokens.SIZE) if not tokens.NAMES[t].startswith("CHORD_")]
    assert np.array_equal(TRANSPOSED[3, others], others)
    assert TRANSPOSED[3, tokens.CHORD_0] == tokens.CHORD_0


def test_controls_left_open_hide_levels_and_labels_only() -> None:
    names = ("BOS", "BAR", "METRE_3/4", "LABEL_climax", "LEFT_2", "TENSION_4", "POS_0", "CHORD_C:maj")
    ids = np.array([tokens.id_of(name) for name in names])
    hidden = [tokens.name_of(int(token)) for token in open_controls(ids)]
    assert hidden == ["BOS", "BAR", "METRE_3/4", "LABEL_unknown", "ANY", "ANY", "POS_0", "CHORD_C:maj"]
    some = opened(ids, np.random.default_rng(0), "melody")
    assert all(token in (was, tokens.ANY, tokens.id_of("LABEL_unknown")) for token, was in zip(some, ids))
