"""Remove last score: takes away exactly what the newest score has put into the project."""

from cuebridge_resolve.remove import remove_last
from cuebridge_resolve.task import run

run(remove_last, globals())
