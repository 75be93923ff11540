"""`python -m core` is `inkloop`."""

from core.cli import main

main(prog_name="inkloop")
