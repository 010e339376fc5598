"""The labels that the network knows, in the order of its outputs; names are those of `schema/graph.yaml`."""

ENTITY_TYPES = ("Model", "Technique", "Benchmark", "Dataset", "Task", "Metric")
RELATION_TYPES = (
    "BASED_ON",
    "USES",
    "TRAINED_ON",
    "EVALUATED_ON",
    "COMPARED_WITH",
    "APPLIED_TO",
    "VARIANT_OF",
    "PART_OF",
    "MEASURED_BY",
)
OUTCOMES = ("better", "similar", "worse", "unknown")
ROLES = ("subject", "benchmark", "metric", "versus")
