"""Tables. Importing this package makes every table known to `Base.metadata`."""

from survey_app.models.answers import (
    Batch,
    BatchCells,
    Comment,
    Inbox,
    PaperEntry,
    Quarantine,
    QuarantineRequest,
    Receipt,
    Response,
    SensitiveCount,
    Spent,
    TraitCount,
    WaitingComment,
    WaitingSensitive,
)
from survey_app.models.bridges import InstrumentBridge
from survey_app.models.dossiers import Dossier, DossierChange, Invitation
from survey_app.models.facts import FactStatement
from survey_app.models.frames import Contact, Frame, OptOut, SampleCell, SampleMember
from survey_app.models.kiosks import DeadLetter, Kiosk, KioskCode, KioskDay, KioskRange, KioskRound, KioskWalkUp
from survey_app.models.publishing import LedgerEntry
from survey_app.models.releases import Release
from survey_app.models.rounds import Counter, RollPacket, Round, RoundChange, RoundStep, Stratum
from survey_app.models.rule_scores import RuleScore
from survey_app.models.staff import ApiKey, AuditEntry, LoginFailure, Staff, StaffRole
from survey_app.models.units import Unit, UnitAlias, UnitEvent, UnitEventPart, UnitState

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Batch",
    "BatchCells",
    "Comment",
    "Contact",
    "Counter",
    "DeadLetter",
    "Dossier",
    "DossierChange",
    "FactStatement",
    "Frame",
    "Inbox",
    "InstrumentBridge",
    "Invitation",
    "Kiosk",
    "KioskCode",
    "KioskDay",
    "KioskRange",
    "KioskRound",
    "KioskWalkUp",
    "LedgerEntry",
    "LoginFailure",
    "OptOut",
    "PaperEntry",
    "Quarantine",
    "QuarantineRequest",
    "Receipt",
    "Release",
    "Response",
    "RollPacket",
    "Round",
    "RoundChange",
    "RoundStep",
    "RuleScore",
    "SampleCell",
    "SampleMember",
    "SensitiveCount",
    "Spent",
    "Staff",
    "StaffRole",
    "Stratum",
    "TraitCount",
    "Unit",
    "UnitAlias",
    "UnitEvent",
    "UnitEventPart",
    "UnitState",
    "WaitingComment",
    "WaitingSensitive",
]
