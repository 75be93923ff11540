"""`python -m trainer.networks NETWORK`: print a network's layers, for `inkloop models show`."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from core.symbols.digits import DIGITS
from trainer.networks.describe import describe
from trainer.networks.registry import network_named


def main(name: str) -> None:
    """Print each layer with its output shape, parameters and multiply-adds for one drawing."""
    found = describe(network_named(name).build(len(DIGITS)))
    table = Table("layer", "kind", "output", "parameters", "multiply-adds", show_footer=True)
    for layer in found.layers:
        shape = " × ".join(str(size) for size in layer.output_shape)
        table.add_row(
            layer.name, layer.kind, shape, f"{layer.n_parameters:,}", f"{layer.n_multiply_adds:,}"
        )
    for place, footer in ((0, "all"), (3, f"{found.n_parameters:,}")):
        table.columns[place].footer = footer
    table.columns[4].footer = f"{found.n_multiply_adds:,}"
    for place in (3, 4):
        table.columns[place].justify = "right"
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1])
