"""The databases that a store can be: opening them, what differs between them, their errors in words, migrations."""
