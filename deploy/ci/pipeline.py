"""The same as a Kubeflow pipeline: python pipeline.py OUTPUT.yaml compiles it.

Each step runs in an image that holds the programs it needs; the model travels in a volume that training left it in.
"""
import sys

from kfp import compiler, dsl

TOOLS = "registry.example.org/models/martlet-tools:latest"  # martlet, buildah, kubectl, python3, curl


@dsl.container_component
def gate(candidate: str, champion: str, golden: str, traffic: str, slo: str, report: dsl.Output[dsl.Markdown], findings: dsl.Output[dsl.Artifact]):
    """Exit 1 stops the pipeline; the report is shown either way."""
    return dsl.ContainerSpec(
        image=TOOLS, command=["sh", "-ceu"],
        args=[
            'candidate=$0 champion=$1 golden=$2 traffic=$3 slo=$4 report=$5 findings=$6\n'
            'mkdir -p "$(dirname "$report")" "$(dirname "$findings")"\n'
            'set -- "$candidate" --markdown "$report" --json "$findings"\n'
            '[ -z "$champion" ] || set -- "$@" --champion "$champion"\n'
            '[ -z "$golden" ] || set -- "$@" --golden "$golden"\n'
            '[ -z "$traffic" ] || set -- "$@" --traffic "$traffic"\n'
            'for bound in $slo; do set -- "$@" --slo "$bound"; done\n'
            'exec martlet gate "$@"',
            candidate, champion, golden, traffic, slo, report.path, findings.path])


@dsl.container_component
def roll_out(candidate: str, version: str, registry: str, namespace: str, prometheus: str):
    """Build, push, canary, deploy; rolls back by itself."""
    return dsl.ContainerSpec(
        image=TOOLS, command=["sh", "-ceu"],
        args=['REGISTRY=$2 NAMESPACE=$3 PROMETHEUS=$4 exec roll-out.sh "$0" "$1"', candidate, version, registry, namespace, prometheus])


@dsl.pipeline(name="model-to-production", description="Gate, image, canary, roll-out")
def model_to_production(
    candidate: str, version: str, champion: str = "", golden: str = "", traffic: str = "", slo: str = "p99=20ms accuracy-drop=1%",
    registry: str = "registry.example.org/models/martlet", namespace: str = "models", prometheus: str = "http://prometheus.monitoring:9090",
):
    passed = gate(candidate=candidate, champion=champion, golden=golden, traffic=traffic, slo=slo)
    passed.set_caching_options(False)
    deployed = roll_out(candidate=candidate, version=version, registry=registry, namespace=namespace, prometheus=prometheus).after(passed)
    deployed.set_caching_options(False)


if __name__ == "__main__":
    compiler.Compiler().compile(model_to_production, sys.argv[1])
