"""The index that ReaPack installs the REAPER actions from.

    python -m scripts.reapack_index --base URL -o index.xml

URL is where the files of `plugins/reaper` can be had as they are in this version: a tag, never a branch, for
the index holds their SHA-256, and ReaPack refuses a file of another. A file that is published stays as it is:
make the index when a version is tagged, and put it where users import it from.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import quote, urlsplit

from bridge import __version__
from bridge.installing.reaper_package import Package, reaper_package

NAME = CATEGORY = "Cuebridge"
# ReaPack's checksum is a multihash: 12 for SHA-256, 20 for its length of 32 bytes.
_SHA256 = "1220"


def index(package: Package, base: str, version: str = __version__) -> bytes:
    """The index, UTF-8.

    Args:
        package: the actions and the files they need.
        base: the address of the package's folder.
        version: the package's version.

    Raises:
        ValueError: `base` is no http address.
    """
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise ValueError(f"{base!r} is no address that ReaPack can load from")
    root = ElementTree.Element("index", version="1", name=NAME)
    category = ElementTree.SubElement(root, "category", name=CATEGORY)
    entry = ElementTree.SubElement(
        category, "reapack", name=package.main, type="script", desc=package.description
    )
    about = ElementTree.SubElement(ElementTree.SubElement(entry, "metadata"), "description")
    about.text = rtf(package.about)
    release = ElementTree.SubElement(entry, "version", name=version, author=package.author)
    for file in package.files:
        source = ElementTree.SubElement(release, "source")
        if file.path != package.main:
            source.set("file", file.path)
        if file.action:
            source.set("main", "main")
        source.set("hash", _SHA256 + hashlib.sha256(file.data).hexdigest())
        source.text = f"{base.rstrip('/')}/{quote(file.path)}"
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def rtf(text: str) -> str:
    """Plain words as the rich text that ReaPack shows."""
    escaped = "".join(f"\\{c}" if c in "\\{}" else c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)
    return f"{{\\rtf1\\ansi {escaped}}}"


def main(arguments: list[str]) -> int:
    """Write the index."""
    parser = argparse.ArgumentParser(prog="scripts.reapack_index")
    parser.add_argument("--base", required=True, metavar="URL")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        data = index(reaper_package(), options.base)
    except ValueError as error:
        parser.error(str(error))
    options.out.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
