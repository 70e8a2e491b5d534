"""Outcome rates by the definitions of AAPOR (Standard Definitions, 10th edition 2023, section on outcome rates)."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Dispositions:
    """How many of those who were to be asked ended in each way; every case stands in one of them."""

    complete: int = 0  # I: every asked scored question answered
    partial: int = 0  # P: at least half of them
    refused: int = 0  # R: said no, or broke off before half
    not_reached: int = 0  # NC: known to be eligible, never reached
    other: int = 0  # O: reached, could not answer
    unknown: int = 0  # UH + UO: nothing is known
    ineligible: int = 0  # NE: found out not to belong to the frame; in no rate but in e

    def __post_init__(self) -> None:
        """Refuse counts below zero."""
        for count in fields(self):
            if getattr(self, count.name) < 0:
                raise ValueError(f"{count.name} is {getattr(self, count.name)}; a count is 0 or more.")

    @property
    def interviews(self) -> int:
        """I + P."""
        return self.complete + self.partial

    @property
    def eligible(self) -> int:
        """I + P + R + NC + O: known to be eligible."""
        return self.interviews + self.refused + self.not_reached + self.other

    @property
    def reached(self) -> int:
        """I + P + R + O."""
        return self.interviews + self.refused + self.other

    @property
    def offered(self) -> int:
        """Everybody."""
        return self.eligible + self.unknown + self.ineligible


@dataclass(frozen=True)
class Rates:
    """Shares, each None where its denominator is 0; unknown cases count whole in RR1 and RR2, by `e` in RR3 and RR4."""

    e: float | None
    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None


def rates(d: Dispositions) -> Rates:
    """Every rate; `e`, the share of unknown cases taken to be eligible, is that among the known ones (CASRO)."""
    e = _share(d.eligible, d.eligible + d.ineligible)
    whole = d.eligible + d.unknown
    weighed = d.eligible + (1.0 if e is None else e) * d.unknown
    return Rates(
        e=e,
        rr1=_share(d.complete, whole),
        rr2=_share(d.interviews, whole),
        rr3=_share(d.complete, weighed),
        rr4=_share(d.interviews, weighed),
        rr5=_share(d.complete, d.eligible),
        rr6=_share(d.interviews, d.eligible),
        coop1=_share(d.complete, d.reached),
        coop2=_share(d.interviews, d.reached),
        coop3=_share(d.complete, d.interviews + d.refused),
        coop4=_share(d.interviews, d.interviews + d.refused),
        ref1=_share(d.refused, whole),
        ref2=_share(d.refused, weighed),
        ref3=_share(d.refused, d.eligible),
        con1=_share(d.reached, whole),
        con2=_share(d.reached, weighed),
        con3=_share(d.reached, d.eligible),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
