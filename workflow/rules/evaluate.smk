# Features of images once, then metrics from features.


rule train_classifier:
    input:
        unpack(lambda wildcards: prepared(classifier_data(wildcards.dataset))),
    output:
        weights=update(f"{RESULTS}/extractors/{{dataset}}-classifier.safetensors"),
        record=update(f"{RESULTS}/extractors/{{dataset}}-classifier.json"),
    log:
        f"{RESULTS}/logs/train_classifier/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/logs/train_classifier/{{dataset}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["train_classifier"]["threads"]
    resources:
        gpu=RESOURCES["train_classifier"]["gpu"],
        mem_mb=RESOURCES["train_classifier"]["mem_mb"],
        runtime=runtime("train_classifier"),
    params:
        options=classifier_options,
    message:
        "Training the classifier of {wildcards.dataset}, whose features the evaluation uses"
    shell:
        "python -m ganscape train-classifier --data $(dirname {input.images}) --output {output.weights}"
        " --record {output.record} {params.options} --threads {threads} > {log} 2>&1"


rule extract_features:
    input:
        unpack(lambda wildcards: prepared(wildcards.data)),
        weights=lambda wildcards: extractor_weights(wildcards.data),
    output:
        update(f"{RESULTS}/features/{{data}}-{EXTRACTOR}.npz"),
    log:
        f"{RESULTS}/logs/extract_features/{{data}}.log",
    benchmark:
        f"{RESULTS}/logs/extract_features/{{data}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["evaluate"]["threads"]
    resources:
        gpu=RESOURCES["evaluate"]["gpu"],
        mem_mb=RESOURCES["evaluate"]["mem_mb"],
        runtime=runtime("extract_features"),
        device=DEVICE,
    params:
        extractor=EXTRACTOR,
        options=reference_options,
        shared=SHARED_FEATURES,
    message:
        "Extracting features of {wildcards.data}"
    shell:
        "python -m ganscape extract-features --data $(dirname {input.images}) --extractor {params.extractor}"
        " --weights {input.weights:q} {params.options} --shared {params.shared:q} --device {resources.device}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule evaluate_gan:
    input:
        training=f"{RUN}/training.json",
        reference=f"{RESULTS}/features/{{data}}-{EXTRACTOR}.npz",
        weights=lambda wildcards: extractor_weights(wildcards.data),
    output:
        update(f"{RUN}/metrics.json"),
    log:
        f"{RUN}/logs/evaluation.log",
    benchmark:
        f"{RUN}/logs/evaluation.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["evaluate"]["threads"]
    resources:
        gpu=RESOURCES["evaluate"]["gpu"],
        mem_mb=RESOURCES["evaluate"]["mem_mb"],
        runtime=runtime("evaluate_gan"),
        device=DEVICE,
    params:
        extractor=EXTRACTOR,
        options=EVALUATION_OPTIONS,
    message:
        "Evaluating {wildcards.architecture}-{wildcards.width} ({wildcards.normalisation}, {wildcards.loss})"
        " on {wildcards.data}, seed {wildcards.seed}"
    shell:
        "python -m ganscape evaluate --run $(dirname {input.training}) --reference {input.reference}"
        " --extractor {params.extractor} --weights {input.weights:q} {params.options} --device {resources.device}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule evaluate_real:
    input:
        unpack(lambda wildcards: prepared(wildcards.data)),
        reference=f"{RESULTS}/features/{{data}}-{EXTRACTOR}.npz",
        weights=lambda wildcards: extractor_weights(wildcards.data),
    output:
        update(f"{RESULTS}/real/{{data}}/metrics.json"),
    log:
        f"{RESULTS}/logs/evaluate_real/{{data}}.log",
    benchmark:
        f"{RESULTS}/logs/evaluate_real/{{data}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["evaluate"]["threads"]
    resources:
        gpu=RESOURCES["evaluate"]["gpu"],
        mem_mb=RESOURCES["evaluate"]["mem_mb"],
        runtime=runtime("evaluate_real"),
        device=DEVICE,
    params:
        extractor=EXTRACTOR,
        options=REAL_OPTIONS,
    message:
        "Evaluating the real images of {wildcards.data}"
    shell:
        "python -m ganscape evaluate-real --data $(dirname {input.images}) --reference {input.reference}"
        " --extractor {params.extractor} --weights {input.weights:q} {params.options} --device {resources.device}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule trace_gan:
    input:
        training=f"{RUN}/training.json",
        reference=f"{RESULTS}/features/{{data}}-{EXTRACTOR}.npz",
        weights=lambda wildcards: extractor_weights(wildcards.data),
        classifier=lambda wildcards: classifier_weights(wildcards.data),
    output:
        update(f"{RUN}/trace.json"),
    log:
        f"{RUN}/logs/trace.log",
    benchmark:
        f"{RUN}/logs/trace.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["evaluate"]["threads"]
    resources:
        gpu=RESOURCES["evaluate"]["gpu"],
        mem_mb=RESOURCES["evaluate"]["mem_mb"],
        runtime=runtime("trace_gan"),
        device=DEVICE,
    params:
        extractor=EXTRACTOR,
        options=TRACE_OPTIONS,
    message:
        "Evaluating {output} over its training"
    shell:
        "python -m ganscape trace --run $(dirname {input.training}) --reference {input.reference}"
        " --extractor {params.extractor} --weights {input.weights:q} --classifier {input.classifier}"
        " {params.options} --device {resources.device} --threads {threads} --output {output} > {log} 2>&1"


use rule trace_gan as trace_bad_init with:
    input:
        training=f"{BAD_INIT_RUN}/training.json",
        reference=f"{RESULTS}/features/{BAD_INIT_DATA}-{EXTRACTOR}.npz",
        weights=extractor_weights(BAD_INIT_DATA),
        classifier=classifier_weights(BAD_INIT_DATA),
    output:
        update(f"{BAD_INIT_RUN}/trace.json"),
    log:
        f"{BAD_INIT_RUN}/logs/trace.log",
    benchmark:
        f"{BAD_INIT_RUN}/logs/trace.benchmark.tsv"
