"""FOLDER COMPILER ARGUMENT...: runs the C++ compiler, but only for what it has not compiled before."""

# Few imports: where all is remembered, starting Python is all that takes time.
import fcntl
import os
import sys
from hashlib import sha256

folder, *command = sys.argv[1:]
place = command.index("-o") + 1
source = next(word for word in command if word.endswith(".cpp"))


def content(path):
    with open(path, "rb") as handle:
        return handle.read()


known = sha256(content(source) + "\0".join(command[:place] + command[place + 1 :]).encode()).hexdigest()
remembered = os.path.join(folder, known)
with open(f"{remembered}.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)  # whoever needs what is being compiled waits for it
    if not os.path.exists(remembered):
        if status := os.spawnvp(os.P_WAIT, command[0], command):
            sys.exit(status)
        with open(f"{remembered}.new", "wb") as handle:
            handle.write(content(command[place]))
        os.replace(f"{remembered}.new", remembered)
with open(command[place], "wb") as handle:
    handle.write(content(remembered))
