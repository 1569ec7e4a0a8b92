# What all jobs will take, by the cost model, before any has run; and how far that is off.


# Neither has outputs for Snakemake to find done: they print whenever they are asked for.
rule estimate:
    log:
        f"{RESULTS}/logs/estimate.log",
    localrule: True
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        jobs=lambda wildcards: quote(jobs_of_all()),
        machines=options({MACHINES: COSTS["gpus"]}),
        preset=config["preset"],
        tables=f"{RESULTS}/tables",
    message:
        "Estimating what the jobs of preset {params.preset} take"
    shell:
        "python -m ganscape estimate --jobs {params.jobs} {params.machines} --preset {params.preset}"
        " --output-directory {params.tables} 2>&1 | tee {log}"


rule check_costs:
    log:
        f"{RESULTS}/logs/check_costs.log",
    localrule: True
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        jobs=lambda wildcards: quote(jobs_of_all()),
        preset=config["preset"],
    message:
        "Holding estimates against what finished jobs of preset {params.preset} took"
    shell:
        "python -m ganscape check-costs --jobs {params.jobs} --preset {params.preset} 2>&1 | tee {log}"
