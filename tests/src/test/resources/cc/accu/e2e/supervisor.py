"""supervisor.py PORT PATH COMMAND...: listens on both, as a systemd socket unit does, and runs the command on these
sockets again and again, until it is told to end."""
import os
import signal
import socket
import sys

port, path, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
tcp = socket.create_server(("127.0.0.1", port), backlog=4096)
unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
unix.bind(path)
unix.listen(4096)
# Out of the way of the numbers that they get in the command.
listening = [os.dup2(each.fileno(), 100 + at) for at, each in enumerate((tcp, unix))]


def end(*_):
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    sys.exit(0)


while True:
    child = os.fork()
    if child == 0:
        for at, each in enumerate(listening):
            os.dup2(each, 3 + at)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(listening)))
        os.execvp(command[0], command)
    signal.signal(signal.SIGTERM, end)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit("ended with %d" % status)
