"""What a world is declared with, by its older path; it is in :mod:`strandline.properties.engines.exhaust.world`."""

from strandline.properties.engines.exhaust.world import (
    NEXT,
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Progress,
    Rank,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
    WorldError,
)

__all__ = [
    "NEXT",
    "Action",
    "Always",
    "AlwaysTold",
    "Component",
    "Eventually",
    "NoDeadlock",
    "Outcome",
    "Progress",
    "Rank",
    "Sometimes",
    "SometimesTold",
    "Symmetry",
    "World",
    "WorldError",
]
