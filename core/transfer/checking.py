"""The check of an import: reads the whole file once, stores nothing, and records what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from core.base.errors import InvalidInput, TooLarge
from core.transfer.formats.format import Assumed, Survey
from core.transfer.formats.notices import Notice
from core.transfer.formats.records import MAX_DRAWINGS, MAX_LABEL, DrawingRecord
from core.transfer.formats.registry import Recognised
from core.transfer.left_out import LeftOut
from core.transfer.live_version import LiveVersion
from core.transfer.preview import (
    TRIED_BELOW,
    Agreement,
    Preview,
    Proposal,
    Spread,
    agreement,
    look,
    shown,
)
from core.transfer.repairs import Repair

BATCH: Final = 100
CLEAR: Final = 0.1
"""Difference in agreement from which one of several label columns is taken without asking."""

Numbered = Iterator[tuple[str, DrawingRecord]]
Read = Callable[[Recognised, Assumed, Repair, LeftOut], Numbered]
"""Yields (id, record) of each usable drawing as it was read, without repairs of labels and ink."""
OnBatch = Callable[[Mapping[str, DrawingRecord], int], int]
"""Called with a batch and the number of drawings so far; returns how many are stored already."""


@dataclass(slots=True)
class _Counted:
    """A whole file, read in one way."""

    by_label: list[int] = field(default_factory=lambda: [0] * (MAX_LABEL + 1))
    n_known: int = 0
    sample: Spread = field(default_factory=Spread)


class Check:
    """Reads one file. `found` is what goes into the row of the import."""

    def __init__(self, file: Recognised, left_out: LeftOut, read: Read, on_batch: OnBatch) -> None:
        self._file = file
        self._left_out = left_out
        self._read = read
        self._on_batch = on_batch

    def found(self, repair: Repair, live: LiveVersion | None) -> dict[str, Any]:
        """Count the drawings, and look at a sample. Raises: InvalidInput, TooLarge."""
        survey = self._file.format.survey(self._file.path, repair.label_column)
        notices = list(survey.notices)
        assumed = self._decided(survey, repair, live, notices)
        counted = self._count(assumed, repair)
        sample = counted.sample.take()
        if counted.by_label[MAX_LABEL] and repair.shift is None:
            repair = repair.and_then(_meaning_of_ten(counted.by_label, sample, live, notices))
        preview = look(sample, repair, live)
        if preview.agreement is not None and preview.agreement.share < TRIED_BELOW:
            self._try_alternatives(survey, assumed, repair, live, preview)
        return self._described(counted, assumed, repair, preview, notices + preview.notices)

    def _decided(
        self,
        survey: Survey,
        repair: Repair,
        live: LiveVersion | None,
        notices: list[Notice],
    ) -> Assumed:
        """How the file is read. If its content leaves that open, the live version decides."""
        if not survey.is_open:
            return survey.assumed
        ways = [survey.assumed, *survey.alternatives.values()]
        agreed = [self._agreement(way, repair, live) for way in ways]
        shares = [one.share if one is not None else 0.0 for one in agreed]
        best = max(range(len(ways)), key=lambda place: shares[place])
        rest = max(shares[:best] + shares[best + 1 :])
        if shares[best] < rest + CLEAR:
            notices.append(_unclear(survey))
            return survey.assumed
        return ways[best]

    def _agreement(
        self, assumed: Assumed, repair: Repair, live: LiveVersion | None
    ) -> Agreement | None:
        if live is None:
            return None
        try:
            sample = self._count(assumed, repair, is_trial=True).sample.take()
        except (InvalidInput, TooLarge):
            return None  # it cannot be read so
        return agreement(sample, repair, live) if sample else None

    def _try_alternatives(
        self,
        survey: Survey,
        assumed: Assumed,
        repair: Repair,
        live: LiveVersion | None,
        preview: Preview,
    ) -> None:
        """Propose another label column, if that agrees better than everything else."""
        before = preview.proposal.agreement if preview.proposal is not None else preview.agreement
        assert before is not None
        for name, other in survey.alternatives.items():
            made = self._agreement(other, repair, live) if other != assumed else None
            if made is not None and made.share >= max(TRIED_BELOW, before.share + CLEAR):
                preview.proposal = Proposal(repair.and_then(Repair(label_column=name)), made)
                preview.retell()

    def _count(self, assumed: Assumed, repair: Repair, *, is_trial: bool = False) -> _Counted:
        """Read the whole file. A trial counts nothing as left out or stored."""
        counted = _Counted()
        if is_trial:
            with self._left_out.another() as ignored:
                for _id, one in self._read(self._file, assumed, repair, ignored):
                    counted.sample.add(one)
            return counted
        records = self._read(self._file, assumed, repair, self._left_out)
        n = 0
        while batch := dict(islice(records, BATCH)):
            for one in batch.values():
                counted.by_label[one.label] += 1
                counted.sample.add(one)
            n += len(batch)
            if n > MAX_DRAWINGS:
                raise TooLarge(f"a file may have {MAX_DRAWINGS:,} drawings: split it")
            counted.n_known += self._on_batch(batch, n)
        return counted

    def _described(
        self,
        counted: _Counted,
        assumed: Assumed,
        repair: Repair,
        preview: Preview,
        notices: list[Notice],
    ) -> dict[str, Any]:
        by_label = [0] * 10
        for label, n in enumerate(counted.by_label):
            if n:
                by_label[repair.label(label) % 10] += n
        sample = counted.sample.take()
        proposal = preview.proposal
        return {
            "by_label": by_label,
            "n_known": counted.n_known,
            "n_refused": self._left_out.n,
            "refusals": self._left_out.first,
            "left_out": self._left_out.store(),
            "assumed": dict(assumed),
            "repair": repair.written,
            "samples": shown(sample, repair),
            "warnings": [one.sentence for one in notices],
            "warning_facts": [{"name": one.name, "facts": dict(one.facts)} for one in notices],
            "agreement": None if preview.agreement is None else preview.agreement.as_json(),
            "proposal": None if proposal is None else _as_json(proposal, sample),
            "needs": preview.needs,
        }


def _as_json(proposal: Proposal, sample: list[DrawingRecord]) -> dict[str, Any]:
    is_other_column = proposal.repair.label_column is not None
    return {
        "repair": proposal.repair.written,
        "agreement": None if proposal.agreement is None else round(proposal.agreement.share, 4),
        "sentence": proposal.sentence,
        "samples": [] if is_other_column else shown(sample, proposal.repair),
    }


def _meaning_of_ten(
    by_label: list[int],
    sample: list[DrawingRecord],
    live: LiveVersion | None,
    notices: list[Notice],
) -> Repair:
    """Whether 10 means 0, or the labels count from 1. Raises: InvalidInput, if it is not clear."""
    ways = [Repair(shift=0), Repair(shift=-1)]
    if live is not None and sample and not by_label[0]:
        zero, lowered = (agreement(sample, way, live) for way in ways)
        best, other = (zero, lowered) if zero.share > lowered.share else (lowered, zero)
        if best.share >= other.share + CLEAR and not best.is_low:
            shift = ways[best is lowered].shift
            facts = {"shift": shift, "share": round(best.share, 4)}
            notices.append(Notice("labels_to_10", facts))
            return ways[best is lowered]
    if by_label[0]:
        raise InvalidInput(
            "the labels run from 0 to 10, and labels are the digits 0 to 9: leave the drawings "
            "with the label 10 out of the file"
        )
    raise InvalidInput(
        "the labels run to 10, and labels are the digits 0 to 9: say with the repair "
        "shift_labels:-1 that they count from 1, or with shift_labels:0 that 10 means 0"
    )


def _unclear(survey: Survey) -> Notice:
    taken = str(survey.assumed.get("label_column"))
    return Notice("label_unclear", {"taken": taken, "others": list(survey.alternatives)})
