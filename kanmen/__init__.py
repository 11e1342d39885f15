"""The programme: the command line and the wiring; the only room that knows all the others."""
