"""`python -m trygghet.cli`."""

from trygghet.cli import main

if __name__ == "__main__":  # processes that a build starts read this file again
    main()
