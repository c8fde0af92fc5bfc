"""The scenario of the sample ecosystem: one module an owner, each told with its answers."""

from types import ModuleType

from data.sample.scenario import alder, birch, cedar, damson, elm, fern, gorse, hazel
from data.sample.scenario.model import Owner

MODULES: tuple[ModuleType, ...] = (alder, birch, cedar, damson, elm, fern, gorse, hazel)


def owners() -> list[Owner]:
    """Return the owners of the sample, in the order of the README."""
    return [module.build() for module in MODULES]
