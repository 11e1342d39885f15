"""Camera in, frames out: one process per camera."""
