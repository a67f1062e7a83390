"""Taking back what was begun, in turn, when something goes wrong on the way."""

from cuebridge_resolve.host import settle
from cuebridge_resolve.trouble import say


class Undo:
    """Steps that take changes back. Each is told before its change is made, and looks whether it was."""

    def __init__(self):
        self._steps = []

    def add(self, what, is_back, take_back):
        """`is_back` looks whether the change is not there (any more), `take_back` takes it back."""
        self._steps.append((what, is_back, take_back))

    def run(self):
        """Take everything back, the last change first; say what Resolve would not."""
        lost = [what for what, is_back, take_back in reversed(self._steps) if not settle(is_back, take_back)]
        del self._steps[:]
        if lost:
            say("Not taken back: %s. Resolve did not do it; please do it by hand." % ", ".join(lost))
