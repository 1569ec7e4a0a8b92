"""A SLURM cluster of one node, in namespaces of its own.

It has its own configuration, munge key and socket, spool, process numbers and loopback network, and sees its
configuration where SLURM looks for it, in /etc/slurm; nobody outside does. Its first process ends with this
one, however that ends, and with it everything that the cluster has started.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

ETC = Path("/etc/slurm")
PROGRAMS = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "ip": "iproute2",
    "munged": "munge",
    "slurmctld": "slurm-wlm",
    "slurmd": "slurm-wlm",
    "sbatch": "slurm-wlm",
}
# What Debian's root has and others may lack.
PATH = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])

# Jobs that go back into the queue may start again as soon as their credentials have expired, which takes two
# minutes by default and five seconds at least; and whoever is asked to end has ten seconds.
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={folder}/munge.socket,cred_expire=5
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
GresTypes=gpu
ReturnToService=2
KillWait=10
SchedulerParameters=sched_interval=2,sched_min_interval=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def obstacle() -> str:
    """Why there can be no cluster here; empty if there can."""
    if os.geteuid():
        return "SLURM's daemons and namespaces need root"
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=PATH) is None:
            return f"{program} is not installed (Debian's package {package})"
    spaces = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], capture_output=True)
    return "" if spaces.returncode == 0 else f"no namespaces: {spaces.stderr.decode().strip()}"


class Cluster:
    """Its daemons run between `__enter__` and `__exit__`; all its files are below `folder`."""

    def __init__(self, folder: Path, cores: int, memory: int) -> None:
        self.folder, self.cores, self.memory = folder, cores, memory

    def __enter__(self) -> "Cluster":
        for name in ("etc", "state", "spool"):
            (self.folder / name).mkdir(parents=True)
        settings = {"folder": self.folder, "cores": self.cores, "memory": self.memory}
        configuration = CONFIGURATION.format(host=socket.gethostname().split(".")[0], **settings)
        (self.folder / "etc/slurm.conf").write_text(configuration)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        ETC.mkdir(exist_ok=True)
        spaces = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc"]
        # It waits for its input to end, and meanwhile collects the children of those that have ended.
        self._first = subprocess.Popen(
            [*spaces, "sh", "-c", "exec 3<&0; cat <&3 & wait $!"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        children = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        self._namespace = children.read_text().strip()
        self.run("ip", "link", "set", "lo", "up")
        # Names are not looked up where there is no address but 127.0.0.1; this one is kept for documentation.
        self.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
        self.run("mount", "--bind", self.folder / "etc", ETC)
        self._start_munge()
        self.start_controller()
        self.run("slurmd")
        while "idle" not in self.run("sinfo", "--noheader", "--format=%T"):
            time.sleep(0.2)
        return self

    def __exit__(self, *exception: object) -> None:
        self._first.communicate()

    def _start_munge(self) -> None:
        files = [f"--{name}-file={self.folder / f'munge.{name}'}" for name in ("key", "pid", "log", "seed")]
        self.run("munged", "--force", f"--socket={self.folder / 'munge.socket'}", *files)

    def start_controller(self) -> None:
        self.run("slurmctld")

    def stop_controller(self) -> None:
        """Until `start_controller`, the scheduler does not answer."""
        self.run("kill", (self.folder / "slurmctld.pid").read_text().strip())

    def command(self, *words: object) -> list[str]:
        """The words that run a program inside the cluster, in whatever folder they are given."""
        enter = ["nsenter", f"--target={self._namespace}", "--mount", "--pid", "--net", "--wd=."]
        return [*enter, *map(str, words)]

    def run(self, *words: object) -> str:
        """What a program prints that runs inside the cluster and succeeds."""
        result = subprocess.run(
            self.command(*words), capture_output=True, text=True, env={**os.environ, "PATH": PATH}
        )
        assert result.returncode == 0, f"{words[0]}: {result.stdout}{result.stderr}"
        return result.stdout
