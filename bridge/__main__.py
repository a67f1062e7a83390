"""`python -m bridge` is the `cuebridge` command."""

import sys

from bridge.cli import main

if __name__ == "__main__":
    sys.exit(main())
