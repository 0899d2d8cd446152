"""A figure that was promised, and how it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio or quantity and the most it may be."""

    name: str
    value: float
    at_most: float

    @property
    def reached(self) -> bool:
        return self.value <= self.at_most

    def __str__(self) -> str:
        reached = "yes" if self.reached else "NO"
        return f"| {self.name} | {self.value:.2f} | {self.at_most:g} | {reached} |"
