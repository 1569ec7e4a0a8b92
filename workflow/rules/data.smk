# From the archives that others publish to one array of images per data set.


rule fetch_dataset:
    output:
        # The archives stay beside it, undeclared: Snakemake deletes the outputs of a failed job.
        manifest=f"{DOWNLOADS_FOLDER}/{{dataset}}/manifest.json",
    log:
        f"{RESULTS}/logs/fetch_dataset/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/logs/fetch_dataset/{{dataset}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=240,
    params:
        downloads=lambda wildcards, output: Path(output.manifest).parents[1],
        mirrors=lambda wildcards: MIRRORS[wildcards.dataset],
    message:
        "Downloading {wildcards.dataset}"
    shell:
        "python -m ganscape fetch --dataset {wildcards.dataset} --downloads {params.downloads:q}"
        " {params.mirrors} --manifest {output.manifest:q} > {log} 2>&1"


rule fetch_weights:
    output:
        # Kept if the download of a newer one fails.
        update(INCEPTION_WEIGHTS),
    log:
        f"{RESULTS}/logs/fetch_weights.log",
    benchmark:
        f"{RESULTS}/logs/fetch_weights.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        addresses=WEIGHTS_ADDRESSES,
    message:
        "Downloading the Inception network's weights"
    shell:
        "python -m ganscape fetch-weights {params.addresses} --output {output:q}"
        " > {log} 2>&1"


rule prepare_dataset:
    input:
        # Checksums fix what was downloaded: downloading it again changes nothing.
        lambda wildcards: ancient(downloaded(wildcards.dataset)),
    output:
        **prepared("{dataset}-{image_size}x{image_size}x{channels}"),
    log:
        f"{RESULTS}/logs/prepare_dataset/{{dataset}}-{{image_size}}x{{channels}}.log",
    benchmark:
        f"{RESULTS}/logs/prepare_dataset/{{dataset}}-{{image_size}}x{{channels}}.benchmark.tsv"
    wildcard_constraints:
        dataset="|".join(config["datasets"]),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=runtime("prepare_dataset"),
    params:
        downloads=DOWNLOADS_FOLDER,
    message:
        "Preparing {wildcards.dataset} at {wildcards.image_size}x{wildcards.image_size},"
        " {wildcards.channels} channels"
    shell:
        "python -m ganscape prepare --dataset {wildcards.dataset} --downloads {params.downloads:q}"
        " --image-size {wildcards.image_size} --channels {wildcards.channels}"
        " --output $(dirname {output.images}) > {log} 2>&1"


rule select_classes:
    input:
        **prepared(prepared_name(IMBALANCED["images"])),
    output:
        **prepared(IMBALANCED_DATA),
    log:
        f"{RESULTS}/logs/select_classes/{IMBALANCED_DATA}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        classes=IMBALANCED_OPTIONS,
        name=IMBALANCED["images"]["dataset"] + IMBALANCED_SUFFIX,
    message:
        "Keeping some classes of {IMBALANCED[images][dataset]}, in unequal shares"
    shell:
        "python -m ganscape select --data $(dirname {input.images}) {params.classes} --name {params.name}"
        " --output $(dirname {output.images}) > {log} 2>&1"
