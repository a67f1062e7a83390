"""Whose rows go through a decoder next, when several callers want it at the same time.

Each caller brings an order: its rows. Orders share a lane, in which one of the callers' own threads leads:
it runs the passes for everybody there, takes in orders that have come between two passes, and hands over when
its own is done. So no cache is copied from caller to caller (the rows live in the lane's batches), and one
caller alone works in its own thread as if nobody else could come.

A pass of many rows costs less than many passes, but two free processors do more than one that runs passes of
both (`bench/together.py` measures it). So there are as many lanes as processors, and orders share them when
there are more orders than that.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from weakref import WeakKeyDictionary

from bridge.config import inference_threads
from bridge.inference.desk import CHUNK, Batch, Desk
from bridge.inference.session import Decoder

MOST_LANES = 4
"""A quarter of the time is Python's (grammars, guides, draws), which one thread at a time runs."""


class _Order:
    """The rows that one caller wants written."""

    def __init__(self, desks: Sequence[Desk], check: Callable[[], None], max_rows: int) -> None:
        self.waiting = deque(desks)
        self.active: list[Desk] = []
        self.check = check
        self.max_rows = max_rows
        self.error: BaseException | None = None
        self.withdrawn = False
        """The caller has left without waiting for the end."""
        self.ended = False

    @property
    def written(self) -> bool:
        """Whether nothing is left to do."""
        return not self.waiting and not self.active

    def attempt(self, work: Callable[[], None]) -> None:
        """Do something of the caller's, with which the order fails if it raises."""
        try:
            work()
        except BaseException as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Take the rows out; the caller is to raise `error`."""
        self.error = error
        self.drop()

    def drop(self) -> None:
        """Take the rows out."""
        self.waiting.clear()
        self.active = []

    def sweep(self) -> None:
        """Take finished rows out."""
        for desk in self.active:
            if desk.finished:
                desk.clear()
        self.active = [desk for desk in self.active if not desk.finished]


_Seat = tuple[_Order, Desk]


class Scheduler:
    """The orders of one decoder. Thread-safe; holds neither decoder nor caches while there are none."""

    def __init__(self) -> None:
        self.most_lanes: int | None = None
        """Most threads that lead at once; `None`: as the decoder's provider and the machine are."""
        self._changed = threading.Condition()
        self._lanes: list[_Lane] = []

    @property
    def callers(self) -> int:
        """How many are there at the moment."""
        with self._changed:
            return sum(len(lane.orders) for lane in self._lanes)

    def write(
        self, decoder: Decoder, desks: Sequence[Desk], check: Callable[[], None], max_rows: int
    ) -> None:
        """Have all rows written, beside those of whoever else is there.

        At most `max_rows` of them are decoded at once, and of all rows in a lane as many as the most that one
        of their callers allows. A place that becomes free goes to whoever has the fewest.

        Raises:
            Whatever `check` or one of the rows raises, and what a pass with one of the rows in it does.
        """
        if not desks:
            return
        order = _Order(desks, check, max_rows)
        with self._changed:
            lane = self._lane(decoder)
            lane.orders.append(order)
        try:
            while lane.leads(order):
                lane.lead(decoder, order)
        finally:
            with self._changed:
                order.withdrawn = True  # said in vain, unless something interrupted the waiting
        error, order.error = order.error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # or its traceback would keep the rows, and their caches, until the next collection

    def _lane(self, decoder: Decoder) -> _Lane:
        """An idle lane if one may be had, else the one with the fewest rows to write; the lock is held."""
        lane = min(self._lanes, key=lambda each: (bool(each.orders), each.rows), default=None)
        if lane is None or (lane.orders and len(self._lanes) < (self.most_lanes or lanes_for(decoder))):
            lane = _Lane(self._changed)
            self._lanes.append(lane)
        return lane


class _Lane:
    """Orders whose rows go through the decoder together.

    Args:
        changed: the scheduler's lock; told when an order ends or a leader leaves.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self.orders: list[_Order] = []
        self._changed = changed
        self._led = False
        # The leader's alone.
        self._batches: dict[tuple[int, ...], Batch] = {}

    @property
    def rows(self) -> int:
        """Rows that are not written yet."""
        return sum(len(order.waiting) + len(order.active) for order in self.orders)

    def leads(self, order: _Order) -> bool:
        """Wait until the order has ended, or nobody leads: then it is for its caller to."""
        with self._changed:
            self._changed.wait_for(lambda: order.ended or not self._led)
            if not order.ended:
                self._led = True
            return not order.ended

    def lead(self, decoder: Decoder, own: _Order) -> None:
        """Run passes for everybody until one's own order has ended."""
        try:
            while not own.ended:
                interrupt = self._round(decoder)
                if interrupt is not None and own.error is None:
                    raise interrupt
        finally:
            with self._changed:
                own.withdrawn = True
                self._settle()
                self._led = False
                if not self.orders:
                    self._batches = {}
                self._changed.notify_all()

    def _settle(self) -> None:
        """Let go of orders that have ended; the lock is held."""
        for order in self.orders:
            if order.withdrawn:
                order.drop()
            order.ended = order.written
        if any(order.ended for order in self.orders):
            self.orders = [order for order in self.orders if not order.ended]
            self._changed.notify_all()

    def _round(self, decoder: Decoder) -> KeyboardInterrupt | None:
        """One pass for every row there is room for.

        Returns:
            An interrupt that a caller's order failed with: it is no caller's but this thread's, so the leader
            raises it too.
        """
        with self._changed:
            self._settle()
            orders = list(self.orders)
        try:
            self._admit(orders)
            groups: dict[tuple[int, int], list[_Seat]] = {}
            for order in orders:
                for desk in order.active:
                    order.attempt(desk.make_room)
                    groups.setdefault((desk.block, min(len(desk.pending), CHUNK)), []).append((order, desk))
            kept: dict[tuple[int, ...], Batch] = {}
            for (block, length), seats in sorted(groups.items(), key=lambda item: item[0]):
                self._pass(decoder, block, length, seats, kept)
            self._batches = kept
        except BaseException as error:  # between two rows: nobody's row can be trusted to be whole
            for order in orders:
                order.fail(error)
            raise
        finally:
            with self._changed:
                errors = [order.error for order in orders]  # before their callers take them away
                for order in orders:
                    order.sweep()
                self._settle()
        return next((error for error in errors if isinstance(error, KeyboardInterrupt)), None)

    def _admit(self, orders: Sequence[_Order]) -> None:
        """Give free places to waiting rows."""
        room = max(order.max_rows for order in orders) - sum(len(order.active) for order in orders)
        while room > 0:
            ready = [order for order in orders if order.waiting and len(order.active) < order.max_rows]
            if not ready:
                break
            order = min(ready, key=lambda each: len(each.active))
            desk = order.waiting.popleft()
            order.attempt(partial(desk.advance, None))
            if order.error is None and not desk.finished:
                order.active.append(desk)
                room -= 1
        for order in orders:
            if order.waiting and not order.active:  # no pass asks it whether to stop
                order.attempt(order.check)

    def _pass(
        self,
        decoder: Decoder,
        block: int,
        length: int,
        seats: Sequence[_Seat],
        kept: dict[tuple[int, ...], Batch],
    ) -> None:
        for order in {id(order): order for order, _ in seats}.values():
            if order.error is None:
                order.attempt(order.check)
        seats = [(order, desk) for order, desk in seats if order.error is None]
        if not seats:
            return
        desks = [desk for _, desk in seats]
        key = (block, length, *map(id, desks))
        try:
            batch = self._batches.get(key) or Batch(decoder, desks, block)
            kept[key] = batch
            logits = batch.step()
        except BaseException as error:  # nobody's own: a pass is everybody's who is in it
            for order, _ in seats:
                order.fail(error)
            return
        for (order, desk), row in zip(seats, logits):
            if order.error is None and not desk.pending:
                order.attempt(partial(desk.advance, row))


def lanes_for(decoder: Decoder) -> int:
    """Most threads that a decoder serves best: one for a GPU, which runs one pass at a time anyway."""
    if decoder.provider != "cpu":
        return 1
    return max(1, min(MOST_LANES, processors() // inference_threads()))


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_SCHEDULERS: WeakKeyDictionary[Decoder, Scheduler] = WeakKeyDictionary()
_LOOKING = threading.Lock()


def scheduler_of(decoder: Decoder) -> Scheduler:
    """The one scheduler of a decoder, for as long as there is the decoder."""
    with _LOOKING:
        return _SCHEDULERS.setdefault(decoder, Scheduler())
