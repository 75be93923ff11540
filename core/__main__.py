"""`python -m core` is `inkloop`."""

from core.cli.main import main

main(prog_name="inkloop")
