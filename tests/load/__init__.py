"""Load on real servers, in forms short enough for every run of the tests."""
