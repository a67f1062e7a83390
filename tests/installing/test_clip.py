"""`cuebridge models add clip`: the process around the export, and, with torch, the export itself."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from bridge import config
from bridge.cli import main
from bridge.errors import Cancelled, InputError, ModelError, OutputError
from bridge.inference.encoder import load_encoder
from bridge.inference.prompts import EMOTIONS, FEELINGS
from bridge.installing import clip
from bridge.installing.clip import add_clip
from bridge.progress import Progress, Step

FAKE = "tests.fake_export"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_is_exported_is_what_seeing_finds(home: Path) -> None:
    steps: list[Step] = []
    added = add_clip("tiny", "first", Progress(steps.append), FAKE)
    assert added.path == config.encoder_dir() / "model.onnx" and added.licence == "nobody's"
    found = load_encoder()
    assert found is not None and (found.card.name, found.card.sha256) == ("first", added.sha256)
    assert {step.stage for step in steps} == {"exporting"}
    add_clip("tiny", "second", Progress(), FAKE)
    found = load_encoder()
    assert found is not None and found.card.name == "second"
    assert [path.name for path in home.iterdir()] == ["encoder"]


@pytest.mark.parametrize(
    ("tag", "error", "says"),
    [("fail", InputError, "cannot be exported: no such tag"), ("spoil", ModelError, "card describes")],
)
def test_what_fails_leaves_the_one_before(home: Path, tag: str, error: type[Exception], says: str) -> None:
    add_clip("tiny", "first", Progress(), FAKE)
    with pytest.raises(error, match=says):
        add_clip("tiny", tag, Progress(), FAKE)
    found = load_encoder()
    assert found is not None and found.card.name == "first"
    assert [path.name for path in home.iterdir()] == ["encoder"]


def test_stopping_ends_the_process_and_leaves_nothing(home: Path) -> None:
    progress = Progress()

    def stop(step: Step) -> None:
        if step.note == "image tower":
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled):
        add_clip("tiny", "hang", progress, FAKE)
    assert not list(home.iterdir())


def test_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(OutputError, match="cannot be written"):
        add_clip("tiny", "first", Progress(), FAKE)


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip, "_NEEDED", ("torch_that_nobody_has", "open_clip_either"))
    assert main(["models", "add", "clip"]) == 2
    said = capsys.readouterr().err
    assert "torch_that_nobody_has and open_clip_either" in said and 'pip install "cuebridge[export]"' in said
    assert main(["models", "add", "clip", "--from", "x"]) == 2
    assert "--pretrained" in capsys.readouterr().err


TINY = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "patch_size": 8, "head_width": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}


@pytest.mark.train
@pytest.mark.timeout(900)
def test_a_small_clip_of_random_weights_goes_all_the_way(tmp_path: Path) -> None:
    """open_clip's own model, tokenizer and loading of weights, at a size nobody has trained."""
    if importlib.util.find_spec("open_clip") is None:
        pytest.skip("open_clip_torch is not installed")
    from bridge import export_clip

    torch, open_clip = export_clip._libraries()
    (tmp_path / "tiny.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(tmp_path / "tiny.json")
    torch.manual_seed(3)
    model = open_clip.create_model("tiny").eval()
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    added = add_clip(str(tmp_path / "tiny.json"), str(tmp_path / "weights.pt"), Progress())

    card = json.loads((added.path.parent / "card.json").read_text())
    for tower in ("image", "text"):
        assert card["torch_against_onnx"][tower]["least_cosine"] >= 0.9999
        assert card["torch_against_onnx"][tower]["largest_difference"] <= 1e-3
    encoder = load_encoder()
    assert encoder is not None and (encoder.card.width, encoder.card.side) == (32, 32)
    assert encoder.card.emotions == tuple(EMOTIONS) and encoder.card.feelings == tuple(FEELINGS)
    assert encoder.card.scale == pytest.approx(float(model.logit_scale.exp()), rel=1e-5)

    # Known answers: open_clip itself, with its own transforms of the same pixels and its own tokens.
    frames = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3)).astype(np.uint8)
    settings = open_clip.get_model_preprocess_cfg(model)
    mean, spread = (torch.tensor(settings[name]).reshape(1, 3, 1, 1) for name in ("mean", "std"))
    planes = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
    words = ["a wet street at night", "It's   JOY!"]
    with torch.no_grad():
        seen = model.encode_image((planes - mean) / spread, normalize=True).numpy()
        said = model.encode_text(open_clip.get_tokenizer("tiny")(words), normalize=True).numpy()
        prompts = [template.format(word) for template in export_clip.TEMPLATES for word in EMOTIONS["sad"]]
        sad = model.encode_text(open_clip.get_tokenizer("tiny")(prompts), normalize=True).mean(0).numpy()
    assert encoder.embed_images(frames) == pytest.approx(seen, abs=1e-4)
    read = encoder.embed_text(words)
    assert read is not None and read == pytest.approx(said, abs=1e-4)
    shares = encoder.emotions(encoder.embed_images(frames))
    assert shares is not None
    vectors = np.load(added.path.parent / "words.npz")["emotions"]
    assert vectors[list(EMOTIONS).index("sad")] == pytest.approx(sad / np.linalg.norm(sad), abs=1e-5)
    wanted = np.exp(encoder.card.scale * seen @ vectors.T)
    assert shares == pytest.approx(wanted / wanted.sum(axis=1, keepdims=True), abs=1e-3)

    # A graph that is not the model's is refused.
    towers = export_clip._towers(torch, model, settings["mean"], settings["std"])
    with torch.no_grad():
        model.visual.proj[0] += 0.5
    with pytest.raises(export_clip.Refused, match="differ"):
        export_clip.compared(torch, towers["image"], added.path, "frames", frames)
    with pytest.raises(InputError, match="cannot be exported"):
        add_clip("no-such-arch", str(tmp_path / "weights.pt"), Progress())
