"""Runs a command on a terminal of its own, types an answer, and prints what the terminal shows."""

import os
import pty
import sys

answer, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.execv(command[0], command)
os.write(terminal, answer.encode() + b"\n")
try:
    while shown := os.read(terminal, 4096):
        sys.stdout.buffer.write(shown)
except OSError:  # Linux's way to say that the other end is closed.
    pass
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
