"""Stands in for `bridge.export_clip`, which needs torch: `--pretrained` says what it does."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from tests.make_encoder import make_encoder


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--arch", "--pretrained", "--to"):
        parser.add_argument(name, required=True)
    asked = parser.parse_args()
    print("a library's own words")
    for stage in ("loading", "image tower"):
        print(json.dumps({"stage": stage}), flush=True)
    if asked.pretrained == "hang":
        time.sleep(60)
    if asked.pretrained == "fail":
        print("Traceback and more\nno such tag\n", file=sys.stderr)
        return 1
    made = make_encoder(Path(asked.to) / "made")
    for path in made.iterdir():
        shutil.move(path, asked.to)
    made.rmdir()
    if asked.pretrained == "spoil":
        (Path(asked.to) / "text.onnx").write_bytes(b"other")
    card = Path(asked.to) / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "name": asked.pretrained}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
