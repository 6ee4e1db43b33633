"""`python -m boxscore` is the same program as `boxscore`."""

from boxscore.cli import main

if __name__ == "__main__":
    main()
