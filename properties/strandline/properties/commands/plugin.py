"""The plugin of pytest: the options of ``--soak``, on the system that is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.engines.soak.plugin import add_options, configure

if TYPE_CHECKING:
    import pytest

BUILT_IN: Final = "strandline.properties.systems.memo.system:SYSTEM"
"""Where the system is that is played unless another is named."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Hand the session over to the soak, if one is asked for."""
    configure(config, BUILT_IN)
