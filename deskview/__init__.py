"""deskview: the desk that tells, live and from prints, when crowded momentum breaks."""

__version__ = "0.1.0"
