"""A figure that was promised, and how it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio or quantity, and the most or the least it may be."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool:
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is None or self.value <= self.at_most

    def __str__(self) -> str:
        bound = f"at least {self.at_least:g}" if self.at_least is not None else f"{self.at_most:g}"
        return f"| {self.name} | {self.value:.2f} | {bound} | {'yes' if self.reached else 'NO'} |"
