"""Alerts in, people told: the desk and the wall."""
