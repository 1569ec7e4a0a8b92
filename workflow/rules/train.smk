# One training per row of a table, learning rate and seed.


rule train_gan:
    input:
        **prepared("{data}"),
        # A file of one's own: other losses in it are another training.
        own=lambda wildcards: own_loss_file(wildcards.loss).get("loss_file", []),
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
        runtime=runtime("train_gan"),
        device=DEVICE,
        gpu_options=GPU_OPTIONS,
    params:
        options=training_options,
    message:
        "Training {wildcards.architecture}-{wildcards.width} ({wildcards.normalisation}, {wildcards.loss})"
        " on {wildcards.data}, seed {wildcards.seed}"
    shell:
        "python -m ganscape train --data $(dirname {input.images}) --output $(dirname {output})"
        " {params.options} {resources.gpu_options} --device {resources.device} --threads {threads} > {log} 2>&1"


rule find_bad_start:
    input:
        **prepared(BAD_INIT_DATA),
    output:
        # Kept while another is made: all runs are tied to this pair.
        start=update(f"{BAD_START}.safetensors"),
        values=update(f"{BAD_START}.csv"),
    log:
        f"{RESULTS}/logs/find_bad_start/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/logs/find_bad_start/seed{{seed}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["train"]["threads"]
    resources:
        gpu=RESOURCES["train"]["gpu"],
        mem_mb=RESOURCES["train"]["mem_mb"],
        runtime=runtime("find_bad_start"),
        device=DEVICE,
    params:
        options=bad_start_options,
    message:
        "Training a discriminator to the optimum of a mode collapse, seed {wildcards.seed}"
    shell:
        "python -m ganscape bad-start --data $(dirname {input.images}) {params.options}"
        " --device {resources.device} --threads {threads} --output {output.start} --values {output.values} > {log} 2>&1"


use rule train_gan as train_from_bad_start with:
    input:
        **prepared(BAD_INIT_DATA),
        start=f"{BAD_START}.safetensors",
    output:
        update(f"{BAD_INIT_RUN}/training.json"),
    log:
        f"{BAD_INIT_RUN}/logs/training.log",
    benchmark:
        f"{BAD_INIT_RUN}/logs/training.benchmark.tsv"
    params:
        options=bad_init_options,
    message:
        "Training {wildcards.loss} from a bad start, learning rate {wildcards.generator_learning_rate},"
        " seed {wildcards.seed}"
