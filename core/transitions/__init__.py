"""Named state changes, each guarded by the state it expects. They never commit: the edge does."""
