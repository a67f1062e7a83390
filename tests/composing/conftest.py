from pathlib import Path

import pytest

from bridge.composing import Models, load_models
from tests.make_models import write_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Small random decoders: what holds with them is held by rule, not by what a model has learnt."""
    root: Path = write_models(tmp_path_factory.mktemp("models"), band=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUEBRIDGE_MODELS", str(root))
        return load_models()
