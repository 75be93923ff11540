"""What the words after `inkloop` do, one file a subject."""
