"""`python -m troth` is `troth`."""

from troth.cli.main import main

if __name__ == "__main__":
    main()
