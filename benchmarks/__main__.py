"""`python -m benchmarks NAME [options]`, or `make bench NAME=…`: measure Inkloop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table as ConsoleTable

from benchmarks import report
from benchmarks.bench import HEADING, Bench, Table
from benchmarks.model import model_card
from benchmarks.registry import BENCHES
from core.base.errors import InkloopError

ROOT: Final = Path(__file__).resolve().parent
RECORDS: Final = ROOT / "records"
PAGE: Final = ROOT.parent / "docs" / "benchmarks.md"

console = Console()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure Inkloop, beside its aims and other systems.

    A bench writes what it measures into NAME.json and continues there after an interruption.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def bench_command(bench: Bench) -> click.Command:
    """The command that runs a bench and prints its aims and tables."""
    out = click.Option(
        ["--out"],
        type=click.Path(path_type=Path, file_okay=False),
        default=RECORDS,
        show_default="benchmarks/records",
        help="Folder of the bench's JSON file.",
    )

    def call(out: Path, **given: Any) -> None:
        chosen = {name: value for name, value in given.items() if _is_given(value)}
        options = bench.options(**chosen)
        with console.status("") as status:
            record = bench.run(out, options, status.update)
        if "result" in record:
            show(bench, record)
        else:
            console.print("Some parts are not measured yet: run the bench again to continue.")

    return click.Command(
        bench.name, callback=call, params=[*bench.parameters, out], help=bench.measures
    )


def show(bench: Bench, record: dict[str, Any]) -> None:
    """Print the aims and tables of a record."""
    options, result = bench.options_of(record), record["result"]
    tables = [Table("Aims", [HEADING, *bench.aims(result, options)])]
    tables += bench.tables(result, options)
    if bench.tried:
        tables.append(Table("Tried", [("what", "result", "kept"), *bench.tried]))
    for caption, (heading, *rows) in tables:
        table = ConsoleTable(*heading, title=caption)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    console.print(f"Measured on {record['machine']}.")


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != ()


@main.command("report")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), default=RECORDS, help="Folder of records."
)
@click.option("--to", "page", type=click.Path(path_type=Path), default=PAGE, help="The page.")
def report_command(source: Path, page: Path) -> None:
    """Write docs/benchmarks.md and docs/model-card.md from the records."""
    page.write_text(report.page(source))
    page.with_name("model-card.md").write_text(model_card.card(source))
    console.print(f"Wrote {page.name} and model-card.md from the records in {source}.")


for _bench in BENCHES:
    main.add_command(bench_command(_bench))


if __name__ == "__main__":
    try:
        main(prog_name="python -m benchmarks")
    except InkloopError as exc:
        sys.exit(f"bench: {exc}")
