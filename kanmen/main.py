"""Where the programme begins; the one place where an error becomes a sentence."""

import sys

from models.errors import KanmenError


def main() -> None:
    """Run a command, or a role that our supervisor asked for; a mistake that we know ends with its sentence."""
    from kanmen.roles import ROLES, run_role  # noqa: PLC0415 (a role loads no command line)

    try:
        if sys.argv[1:2] and sys.argv[1] in ROLES:
            run_role(sys.argv[1:])
        else:
            from kanmen.commands import app  # noqa: PLC0415 (a role loads no command line)

            app()
    except KanmenError as error:
        print(error, file=sys.stderr)  # noqa: T201 (the command line speaks here)
        sys.exit(1)
