"""Real servers under load, in seconds."""
