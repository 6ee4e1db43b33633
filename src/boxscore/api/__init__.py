"""The HTTP API and the built app, behind one gate; imported only by `boxscore start`."""
