"""The definition of a bench: a name, options, a measurement, and its printed aims and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import click

from core.base.settings import Settings

Row = tuple[str, ...]
Result = Mapping[str, Any]
Say = Callable[[str], None]

HEADING: Row = ("aim", "wanted", "reached", "missed by")


class Table(NamedTuple):
    """A caption, and rows of which the first is the heading."""

    caption: str
    rows: Sequence[Row]


class Tried(NamedTuple):
    """A change that was measured. `kept` is "yes" or the reason against it; empty means no."""

    what: str
    result: str
    kept: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the product has the change."""
        return self.kept.startswith("yes")


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench, as `benchmarks.registry` lists it."""

    name: str
    measures: str
    """One sentence for the list of benches and the page."""

    options: type[Any]
    """A dataclass. Its defaults are the full measurement."""

    run: Callable[[Path, Any, Say], dict[str, Any]]
    """Measure what the record in this folder lacks, and return the record."""

    aims: Callable[[Result, Any], list[Row]]
    """Rows below `HEADING`, of the record's result and options."""

    tables: Callable[[Result, Any], list[Table]]
    tried: Sequence[Tried] = ()
    parameters: Sequence[click.Option] = ()
    """Command line options. Each has the name of a field of `options`."""

    def options_of(self, record: Mapping[str, Any]) -> Any:
        """Return the options that a record was measured with."""
        known = {field.name for field in fields(self.options)}
        given = {name: value for name, value in record["question"].items() if name in known}
        return self.options(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})


def option(flag: str, field: str, **more: Any) -> click.Option:
    """A command line option that sets a field of a bench's options."""
    return click.Option([flag, field], **more)


def seeds_option() -> click.Option:
    """`--seeds`: how many seeds to measure."""
    return option("--seeds", "n_seeds", type=click.IntRange(min=1), help="Number of seeds.")


def only_option(field: str = "only", choices: Sequence[str] | None = None) -> click.Option:
    """`--only NAME`: measure a part. May be repeated."""
    kind = None if choices is None else click.Choice(list(choices))
    help_text = "Measure this part only; repeat it for more parts. All when left out."
    return option("--only", field, multiple=True, type=kind, help=help_text)


def cache_folder() -> Path:
    """The folder for what benches prepare once: first models, other systems' environments."""
    return Settings.from_env().instance / "bench"


def at_least(what: str, wanted: float, reached: float, form: str = "{:.1%}") -> Row:
    """An aim's row for a figure that has to be `wanted` or more; `form` formats all figures."""
    missed = form.format(wanted - reached) if reached < wanted else ""
    return what, f"≥ {form.format(wanted)}", form.format(reached), missed


def at_most(what: str, wanted: float, reached: float, form: str = "{:.1%}") -> Row:
    """An aim's row for a figure that has to be `wanted` or less."""
    missed = form.format(reached - wanted) if reached > wanted else ""
    return what, f"≤ {form.format(wanted)}", form.format(reached), missed
