"""The package's build: a wheel carries the built front end and runs where there is no Node."""

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from scripts import front_end


class FrontEndHook(BuildHookInterface):
    """Builds desktop/web into desktop/static before a wheel or sdist is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self):
        """Return Node for the build where the machine has none and one is needed."""
        is_needed = front_end.SOURCES.is_dir() and not front_end.has_node()
        return [front_end.NODE_FROM_PIP] if is_needed else []

    def initialize(self, version, build_data):
        """Build, but not for an editable install: there the Makefile does."""
        if version == "editable" or not front_end.SOURCES.is_dir():
            return
        front_end.build()
