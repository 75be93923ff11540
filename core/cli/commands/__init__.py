"""The commands of `inkloop`, one file a subject."""
