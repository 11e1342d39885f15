"""The desk: exactly one process that takes alerts over into the database and keeps the deadlines."""
