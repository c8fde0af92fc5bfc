"""`python -m cagraph`."""

from cagraph.cli.main import main

if __name__ == "__main__":
    main()
