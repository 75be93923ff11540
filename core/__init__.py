"""Code that server and trainer share. It imports no Flask, no torch, no scheduler."""

__version__ = "0.1.0"
