"""Starts a process whose peak of memory is to be known."""

# A process's peak counts from before its exec, when it is still its starter: so a small one must be the starter.
LAUNCHER = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
)
"""To be run by `python -c`, with a command after it: does as the command does, then writes its ru_maxrss to stderr."""
