"""Types of the public interface; the names and their homes are those of ``__init__.py``."""

from lianzhang.chain.kernel import LeontiefSystem as LeontiefSystem
from lianzhang.chain.kernel import charm as charm
from lianzhang.chain.kernel import extract as hypothetical_extraction
from lianzhang.chain.kernel import factorise as factorise
from lianzhang.chain.kernel import ghosh_solve as ghosh_solve
from lianzhang.chain.kernel import grade_nodes as grade_nodes
from lianzhang.chain.kernel import linkages as linkages
from lianzhang.chain.kernel import multipliers as multipliers
from lianzhang.chain.kernel import multipliers_closed as multipliers_closed
from lianzhang.chain.kernel import rank_gaps as rank_gaps
from lianzhang.chain.kernel import supply_demand_pool as supply_demand_pool
from lianzhang.chain.service import candidates as candidates
from lianzhang.chain.service import chain_map as chain_map
from lianzhang.chain.service import cluster_system as cluster_system
from lianzhang.chain.service import gaps as gaps
from lianzhang.chain.service import io_table as io_table
from lianzhang.chain.service import regional_accounts as regional_accounts
from lianzhang.chain.service import supporting_rates as supporting_rates
from lianzhang.errors import LianzhangError as LianzhangError
from lianzhang.firms.classification import classify as classify
from lianzhang.firms.phrases import load_phrases as load_phrases
from lianzhang.firms.register.layout import load_layout as load_layout
from lianzhang.firms.register.run import import_register as import_register
from lianzhang.pack import check as check_pack
from lianzhang.pack import write_pack as write_pack
from lianzhang.pack.skeleton import new_pack as new_pack
from lianzhang.places.kernel import complexity as complexity
from lianzhang.places.kernel import ellison_glaeser as ellison_glaeser
from lianzhang.places.kernel import herfindahl as herfindahl
from lianzhang.places.kernel import location_quotient as location_quotient
from lianzhang.places.kernel import proximity as proximity
from lianzhang.places.kernel import relatedness_density as relatedness_density
from lianzhang.places.kernel import relative_density as relative_density
from lianzhang.places.kernel import specialised as specialised
from lianzhang.places.service import specialisation as specialisation
from lianzhang.plan.kernel.attainment import meeting as meeting
from lianzhang.plan.kernel.attainment import probability as probability
from lianzhang.plan.kernel.contradictions import find as contradictions
from lianzhang.plan.kernel.extract import extract as read_text
from lianzhang.plan.kernel.forecast.ensemble import forecast as forecast
from lianzhang.plan.kernel.forecast.scales import choose_scale as choose_scale
from lianzhang.plan.ledger import ledger as ledger
from lianzhang.plan.service import read_documents as read_documents
from lianzhang.plan.tracking import need as need
from lianzhang.plan.tracking import track as track
from lianzhang.risk.model import FirmNetwork as FirmNetwork
from lianzhang.risk.network import read_network as read_network
from lianzhang.risk.service import rank as esri
from lianzhang.risk.service import scenario as failure_scenario
from lianzhang.risk.shock import Event as ShockEvent
from lianzhang.risk.shock import Scenario as ShockScenario
from lianzhang.risk.shock import run as shock
from lianzhang.store import Reader as Reader
from lianzhang.store import Store as Store
from lianzhang.store import load_pack as load_pack
from lianzhang.store import observe as observe
from lianzhang.synth import Size as RegionSize
from lianzhang.synth import write_region as write_synthetic_region

__version__: str
_HOMES: dict[str, str]

__all__ = [
    "FirmNetwork",
    "LeontiefSystem",
    "LianzhangError",
    "Reader",
    "RegionSize",
    "ShockEvent",
    "ShockScenario",
    "Store",
    "__version__",
    "candidates",
    "chain_map",
    "charm",
    "check_pack",
    "choose_scale",
    "classify",
    "cluster_system",
    "complexity",
    "contradictions",
    "ellison_glaeser",
    "esri",
    "factorise",
    "failure_scenario",
    "forecast",
    "gaps",
    "ghosh_solve",
    "grade_nodes",
    "herfindahl",
    "hypothetical_extraction",
    "import_register",
    "io_table",
    "ledger",
    "linkages",
    "load_layout",
    "load_pack",
    "load_phrases",
    "location_quotient",
    "meeting",
    "multipliers",
    "multipliers_closed",
    "need",
    "new_pack",
    "observe",
    "probability",
    "proximity",
    "rank_gaps",
    "read_documents",
    "read_network",
    "read_text",
    "regional_accounts",
    "relatedness_density",
    "relative_density",
    "shock",
    "specialisation",
    "specialised",
    "supply_demand_pool",
    "supporting_rates",
    "track",
    "write_pack",
    "write_synthetic_region",
]
