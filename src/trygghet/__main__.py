"""`python -m trygghet`: the command where its folder of programs is not on the path."""

from trygghet.cli import main

if __name__ == "__main__":
    main()
