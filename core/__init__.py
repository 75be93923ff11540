"""The ground that server and trainer stand on: no Flask, no torch, no scheduler."""

__version__ = "0.1.0"
