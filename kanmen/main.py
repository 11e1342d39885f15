"""Where the programme begins; the one place where an error becomes a sentence."""

import os
import sys

from models.errors import KanmenError


def main() -> None:
    """Run a command, or a role that our supervisor asked for; a mistake that we know ends with its sentence."""
    os.umask(0o077)  # pictures of people, hashes of passwords: what we write is for our user alone
    from kanmen.opencv import refuse_two_opencvs  # noqa: PLC0415 (the mask comes first)
    from kanmen.roles import ROLES, run_role  # noqa: PLC0415 (a role loads no command line)

    try:
        if sys.argv[1:2] and sys.argv[1] in ROLES:
            run_role(sys.argv[1:])
        else:
            refuse_two_opencvs()
            from kanmen.commands import app  # noqa: PLC0415 (a role loads no command line)

            app()
    except KanmenError as error:
        print(error, file=sys.stderr)  # noqa: T201 (the command line speaks here)
        sys.exit(1)
