"""`python -m trygghet.cli`."""

from trygghet.cli import main

main()
