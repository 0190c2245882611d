"""Dealers' gamma: whether their hedging dampens moves or amplifies them, and what it does with leveraged ETFs."""

from deskview.screens.frame.card import Topic
from deskview.screens.frame.subject import Subject

TOPIC = Topic("Dealers' gamma", "Whether dealers' hedging of options dampens moves of the price or amplifies them.")
GAMMA = Subject(name="gamma", title="Dealers' gamma", topic=TOPIC, part="gamma")
