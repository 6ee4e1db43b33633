"""Training frameworks and trackers: a run at the end of each epoch, its numbers where you log.

Each module imports its framework when it is used; none of them is a dependency. Nothing is sent
anywhere but to the logger that you name.
"""
