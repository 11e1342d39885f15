"""A camera's own troubles: offline, frozen, covered, moved, blurred."""
