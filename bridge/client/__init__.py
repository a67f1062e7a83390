"""A thin client: find or start the user's daemon, score through it, put the files in place."""

from bridge.client.calls import About, Client, Finished, Job, Take
from bridge.client.connect import connect
from bridge.client.scoring import Addition, Change, Delivered, Order, complement, revise, score
from bridge.client.shelf import Shelf

__all__ = [
    "About",
    "Addition",
    "Change",
    "Client",
    "Delivered",
    "Finished",
    "Job",
    "Order",
    "Shelf",
    "Take",
    "complement",
    "connect",
    "revise",
    "score",
]
