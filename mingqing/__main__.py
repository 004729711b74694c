"""`python -m mingqing`."""

from mingqing.cli import main

if __name__ == "__main__":
    main()
