"""The demo's own configuration."""

from pathlib import Path
from typing import Final

CONFIG: Final = Path(__file__).with_name("demo.yaml")
"""Needs KANMEN_DEMO_PASSWORD and KANMEN_DEMO_PORT in the environment when it is read."""
