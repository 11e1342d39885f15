"""`python -m kanmen`."""

from kanmen.main import main

main()
