"""Frames in, alerts out: one process per machine or GPU."""
