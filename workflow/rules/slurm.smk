# What Snakemake 9.27 and its executor for SLURM leave out, where jobs go to a cluster.
import sys
from math import inf

from snakemake.jobs import GroupJob
from snakemake.logging import logger


def log_group_error(group, msg=None, log_error=GroupJob.log_error, **details):
    """Say what the executor said of a group of jobs that failed, such as the scheduler's refusal."""
    if msg:
        logger.error(msg)
    log_error(group, msg, **details)


# Snakemake does so for single jobs, and drops it for groups.
GroupJob.log_error = log_group_error

if executor := sys.modules.get("snakemake_executor_plugin_slurm"):

    def min_job_age(ask=executor.get_min_job_age):
        """For how many seconds the scheduler remembers jobs that have ended, as far as it answers."""
        answer = ask()
        return inf if answer is None else answer

    # Without an answer the executor would go on with sacct, in spite of the profile, and without accounting wait for it
    # long after the scheduler answers again.
    executor.get_min_job_age = min_job_age
