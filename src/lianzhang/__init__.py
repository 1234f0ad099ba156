"""Lianzhang (链长): the open-source industry brain for a region's manufacturing clusters.

The names of ``__all__`` are the public interface; `docs/reference/api-python.md` lists them. Each is imported from its
home when it is first used, so that ``import lianzhang`` costs next to nothing.
"""

from importlib import import_module as _import_module

__version__ = "0.3.0"

#: Where each public name lives: ``module:attribute``. Types for checkers and editors stand in ``__init__.pyi``; a test
#: compares the two.
_HOMES = {
    # data
    "LianzhangError": "errors:LianzhangError",
    "Store": "store:Store",
    "Reader": "store:Reader",
    "load_pack": "store:load_pack",
    "observe": "store:observe",
    "check_pack": "pack:check",
    "new_pack": "pack.skeleton:new_pack",
    "write_pack": "pack:write_pack",
    "RegionSize": "synth:Size",
    "write_synthetic_region": "synth:write_region",
    # places
    "specialisation": "places.service:specialisation",
    "location_quotient": "places.kernel:location_quotient",
    "specialised": "places.kernel:specialised",
    "herfindahl": "places.kernel:herfindahl",
    "ellison_glaeser": "places.kernel:ellison_glaeser",
    "proximity": "places.kernel:proximity",
    "relatedness_density": "places.kernel:relatedness_density",
    "relative_density": "places.kernel:relative_density",
    "complexity": "places.kernel:complexity",
    # chain
    "cluster_system": "chain.service:cluster_system",
    "chain_map": "chain.service:chain_map",
    "supporting_rates": "chain.service:supporting_rates",
    "gaps": "chain.service:gaps",
    "candidates": "chain.service:candidates",
    "regional_accounts": "chain.service:regional_accounts",
    "io_table": "chain.service:io_table",
    "LeontiefSystem": "chain.kernel:LeontiefSystem",
    "factorise": "chain.kernel:factorise",
    "multipliers": "chain.kernel:multipliers",
    "multipliers_closed": "chain.kernel:multipliers_closed",
    "linkages": "chain.kernel:linkages",
    "ghosh_solve": "chain.kernel:ghosh_solve",
    "hypothetical_extraction": "chain.kernel:extract",
    "supply_demand_pool": "chain.kernel:supply_demand_pool",
    "charm": "chain.kernel:charm",
    "grade_nodes": "chain.kernel:grade_nodes",
    "rank_gaps": "chain.kernel:rank_gaps",
    # plan
    "read_documents": "plan.service:read_documents",
    "read_text": "plan.kernel.extract:extract",
    "contradictions": "plan.kernel.contradictions:find",
    "ledger": "plan.ledger:ledger",
    "track": "plan.tracking:track",
    "need": "plan.tracking:need",
    "forecast": "plan.kernel.forecast.ensemble:forecast",
    "choose_scale": "plan.kernel.forecast.scales:choose_scale",
    "meeting": "plan.kernel.attainment:meeting",
    "probability": "plan.kernel.attainment:probability",
    # firms
    "classify": "firms.classification:classify",
    "load_phrases": "firms.phrases:load_phrases",
    "load_layout": "firms.register.layout:load_layout",
    "import_register": "firms.register.run:import_register",
    # risk
    "FirmNetwork": "risk.model:FirmNetwork",
    "read_network": "risk.network:read_network",
    "esri": "risk.service:rank",
    "failure_scenario": "risk.service:scenario",
    "ShockEvent": "risk.shock:Event",
    "ShockScenario": "risk.shock:Scenario",
    "shock": "risk.shock:run",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    try:
        module, _, attribute = _HOMES[name].partition(":")
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(_import_module(f"{__name__}.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
