# Outputs that are kept until a new job has ended well (`update`). Snakemake 9.27 puts them back when that job fails, and
# then takes note of them as if it had made them with the new options: asked again, it would call them up to date.
from snakemake.jobs import Job


async def mark_what_was_put_back(
    job, *, error=False, postprocess=Job.postprocess, **details
):
    """After a job: its earlier outputs, if it failed, count as incomplete, so that it is run when asked for again."""
    await postprocess(job, error=error, **details)
    if error and any(Path(output).exists() for output in job.output):
        job.dag.workflow.persistence.started(job)


Job.postprocess = mark_what_was_put_back
