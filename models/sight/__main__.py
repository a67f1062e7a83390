"""Judge the regressor on the one film there is, and release it: `python -m models.sight`, on one core."""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path

import torch

from models.sight import films, judge, release
from models.sight.table import table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=films.MEDIA)
    parser.add_argument(
        "--shifts", type=int, default=5, help="circular shifts of the network; the others get 99"
    )
    parser.add_argument("--to", type=Path, default=release.RELEASED)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    asked = parser.parse_args()
    torch.set_num_threads(1)
    taught = films.film(films.TAUGHT, asked.media)
    rows = table(taught)
    figures = judge.judged(rows, {"spotting's rule": 99, "ridge": 99, "biGRU": asked.shifts})
    place = release.release(rows, judge.SEEDS, figures, taught.sha256, asked.date, asked.to)
    figures["on a trailer by other makers"] = judge.elsewhere(
        place, table(films.film(films.TRIED, asked.media))
    )
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
