# One training per row of a table, learning rate and seed.


rule train_gan:
    input:
        **prepared("{data}"),
    output:
        # Only the record that a run ends with. What it may resume from (checkpoints, history) lies beside
        # it, undeclared, because Snakemake deletes the outputs of a failed job; `update` keeps the record
        # of an earlier run until a new one has ended well.
        update(f"{RUN}/training.json"),
    log:
        f"{RUN}/logs/training.log",
    benchmark:
        f"{RUN}/logs/training.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["train"]["threads"]
    resources:
        gpu=RESOURCES["train"]["gpu"],
        mem_mb=RESOURCES["train"]["mem_mb"],
        runtime=RESOURCES["train"]["runtime"],
        device=DEVICE,
    params:
        options=training_options,
    message:
        "Training {wildcards.architecture}-{wildcards.width} ({wildcards.normalisation}, {wildcards.loss})"
        " on {wildcards.data}, seed {wildcards.seed}"
    shell:
        "python -m ganscape train --data $(dirname {input.images}) --output $(dirname {output})"
        " {params.options} --device {resources.device} --threads {threads} > {log} 2>&1"
