"""The files of the demo, which lie beside the code."""

from mmp.config import PACKAGE

FOLDER = PACKAGE / "demo"
NAMES = ("mmp26.yaml", "cairo-2023.yaml")
