"""deskview: the desk that tells, live and from prints, when crowded momentum breaks."""

__version__ = "0.1.0"
"""The one place of the version: the build, `--version`, the doctor and requests read it."""
