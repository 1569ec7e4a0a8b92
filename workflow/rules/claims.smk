# A verdict on every statement and figure of the paper, from everything that was computed.

CONFIGURATION = dict(config)
# For the report's first page, which cannot look whether it is there.
OVERVIEW = f"{RESULTS}/claims_overview.html"
config["overview"] = OVERVIEW if Path(OVERVIEW).exists() else ""


rule count_networks:
    output:
        html=report(
            f"{RESULTS}/tables/network_sizes.html",
            category=CHAPTERS["table2"],
            caption="../report/network_sizes.rst",
            labels={"item": "Sizes of the networks", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/network_sizes.csv",
        md=f"{RESULTS}/tables/network_sizes.md",
        tex=f"{RESULTS}/tables/network_sizes.tex",
    log:
        f"{RESULTS}/logs/count_networks.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Counting the parameters of the networks of Table 2"
    shell:
        "python -m ganscape network-sizes --output-directory $(dirname {output.html}) > {log} 2>&1"


rule tabulate_claims:
    input:
        evidence_of_ledger,
    output:
        page=report(
            f"{RESULTS}/claims.html",
            category=CHAPTERS["claims"],
            caption="../report/claims.rst",
            labels={"item": "Ledger", "form": "to sort and filter"},
        ),
        csv=report(
            f"{RESULTS}/claims.csv",
            category=CHAPTERS["claims"],
            caption="../report/claims_csv.rst",
            labels={"item": "Ledger", "form": "as a file"},
        ),
        overview=OVERVIEW,
    log:
        f"{RESULTS}/logs/tabulate_claims.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        configuration=scale_options(),
    message:
        "Judging the paper's claims"
    shell:
        "python -m ganscape claims --results $(dirname {output.csv}) {params.configuration}"
        " --output {output.csv} --page {output.page} --overview {output.overview} > {log} 2>&1"


rule tabulate_provenance:
    input:
        results_of_provenance,
    output:
        html=report(
            f"{RESULTS}/tables/provenance.html",
            category=CHAPTERS["claims"],
            caption="../report/provenance.rst",
            labels={"item": "Provenance", "form": "table"},
        ),
        configuration=report(
            f"{RESULTS}/tables/configuration.html",
            category=CHAPTERS["claims"],
            caption="../report/configuration.rst",
            labels={"item": "Configuration", "form": "table"},
        ),
        jobs=report(
            f"{RESULTS}/tables/jobs.csv",
            category=CHAPTERS["claims"],
            caption="../report/jobs.rst",
            labels={"item": "Jobs", "form": "every one, sortable"},
        ),
        others=expand(
            f"{RESULTS}/tables/{{name}}.{{form}}",
            name=["provenance", "configuration"],
            form=["csv", "md", "tex"],
        ),
    log:
        f"{RESULTS}/logs/tabulate_provenance.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        # A function, since addresses have places in braces, which Snakemake would fill.
        configuration=lambda wildcards: options(
            {"configuration": json.dumps(CONFIGURATION)}
        ),
        preset=f"snakemake, preset {config['preset']}",
    message:
        "Tabulating where, how and with which options the results were made"
    shell:
        "python -m ganscape provenance --results $(dirname $(dirname {output.html})) {params.configuration}"
        " --made-by '{params.preset}' --output-directory $(dirname {output.html}) > {log} 2>&1"
