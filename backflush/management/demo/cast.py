"""Who and what is in the demo plant. The credentials are published, so they open nothing but a demo plant."""

from dataclasses import dataclass

#: A database is a demo plant if it has a site of this code.
SITE = "DEMO"
SITE_NAME = "Lindenhafen Works (demo)"
TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person with everything that they sign in with. The first role is the main one."""

    username: str
    name: str
    badge: str
    pin: str
    password: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoDevice:
    """A device with its token, and the production line that it stands at."""

    code: str
    name: str
    line: str
    token: str


PEOPLE = (
    DemoPerson("ada", "Ada Winter", "B-1001", "4101", "demo-copper-lantern-41", ("admin",)),
    DemoPerson("mara", "Mara Lindqvist", "B-1002", "4102", "demo-willow-anchor-42", ("operator",)),
    DemoPerson("tomas", "Tomas Okafor", "B-1003", "4103", "demo-marble-kettle-43", ("operator",)),
    DemoPerson("yuki", "Yuki Sandoval", "B-1004", "4104", "demo-velvet-compass-44", ("operator",)),
    DemoPerson("petra", "Petra Vance", "B-1005", "4105", "demo-timber-harbour-45", ("supervisor",)),
    DemoPerson("ines", "Ines Duarte", "B-1006", "4106", "demo-saffron-bridge-46", ("engineer",)),
    DemoPerson("karl", "Karl Breitner", "B-1007", "4107", "demo-granite-whistle-47", ("engineer",)),
    DemoPerson("noor", "Noor Haddad", "B-1008", "4108", "demo-cobalt-orchard-48", ("qa",)),
    DemoPerson("felix", "Felix Aumann", "B-1009", "4109", "demo-meadow-lighthouse-49", ("qa",)),
    DemoPerson("greta", "Greta Solheim", "B-1010", "4110", "demo-amber-staircase-50", ("finance",)),
    DemoPerson("leo", "Leo Fontaine", "B-1011", "4111", "demo-quartz-umbrella-51", ("auditor",)),
)

LINES = (
    ("DISP", "Dispensary"),
    ("PRESS", "Granulation and tablet press"),
    ("COAT", "Film coater"),
    ("BL1", "Blister and packing line 1"),
    ("BL2", "Blister and packing line 2"),
    ("MIX", "Syrup kitchen"),
    ("FILL", "Bottle filling line"),
    ("ASSY", "Monitor assembly cell"),
    ("OPTO", "Optics bench"),
)

DEVICES = (
    DemoDevice("DISP-SCALE", "Dispensary scale terminal", "DISP", "demo-token-dispensary-scale-0001"),
    DemoDevice("PRESS-PLC", "Tablet press controller", "PRESS", "demo-token-tablet-press-0002"),
    DemoDevice("COAT-PLC", "Film coater controller", "COAT", "demo-token-film-coater-0003"),
    DemoDevice("BL1-COUNTER", "Blister line 1 pack counter", "BL1", "demo-token-blister-line-1-0004"),
    DemoDevice("BL2-COUNTER", "Blister line 2 pack counter", "BL2", "demo-token-blister-line-2-0005"),
    DemoDevice("MIX-PLC", "Syrup kitchen controller", "MIX", "demo-token-syrup-kitchen-0006"),
    DemoDevice("FILL-COUNTER", "Filling line counter", "FILL", "demo-token-filling-line-0007"),
    DemoDevice("ASSY-MES", "Monitor assembly MES client", "ASSY", "demo-token-monitor-cell-0008"),
    DemoDevice("OPTO-MES", "Optics bench MES client", "OPTO", "demo-token-optics-bench-0009"),
)

#: code, name, kind, and the lines that it serves.
BINS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("RAW-01", "Raw material store", "store", ()),
    ("PACK-01", "Packaging store", "store", ()),
    ("ELEC-01", "Electronics store", "store", ()),
    ("QUAR-01", "Quarantine cage", "quarantine", ()),
    ("FIN-01", "Finished goods", "finished", ()),
    ("SCRAP-01", "Scrap cage", "scrap", ()),
    ("S-DISP", "Staging, dispensary", "staging", ("DISP",)),
    ("S-PRESS", "Staging, press", "staging", ("PRESS",)),
    ("S-COAT", "Staging, coater", "staging", ("COAT",)),
    ("S-BL1", "Staging, blister line 1", "staging", ("BL1",)),
    ("S-BL2", "Staging, blister line 2", "staging", ("BL2",)),
    ("S-MIX", "Staging, syrup kitchen", "staging", ("MIX",)),
    ("S-FILL", "Staging, filling line", "staging", ("FILL",)),
    ("S-ASSY", "Staging, monitor cell", "staging", ("ASSY",)),
    ("S-OPTO", "Staging, optics bench", "staging", ("OPTO",)),
    ("M-WATER", "Purified water loop", "supermarket", ("MIX",)),
    ("M-FAST", "Fastener supermarket", "supermarket", ("ASSY", "OPTO")),
)

#: code, name, kind, owner, loss, category
REASONS = (
    ("SC-START", "Start-up units", "scrap", "Production", "structural", "internal_failure"),
    ("SC-SAMPLE", "In-process samples", "scrap", "Quality control", "structural", "appraisal"),
    ("SC-JAM", "Jam at a station", "scrap", "Maintenance", "avoidable", "internal_failure"),
    ("SC-HANDLING", "Handling damage", "scrap", "Production", "avoidable", "internal_failure"),
    ("SC-MISPRINT", "Print not readable", "scrap", "Packaging", "avoidable", "internal_failure"),
    ("SC-EXPIRED", "Expired in store", "scrap", "Warehouse", "avoidable", "internal_failure"),
    ("RT-LEFT", "Left over at order end", "return", "Production", "", "none"),
    ("RT-WRONG", "Wrong lot staged", "return", "Warehouse", "", "prevention"),
    ("RT-EXPIRED", "Expired at the line", "return", "Warehouse", "", "prevention"),
    ("RV-COUNT", "Counted wrongly", "reversal", "Production", "", "internal_failure"),
    ("RV-ORDER", "Reported to the wrong order", "reversal", "Production", "", "internal_failure"),
    ("RW-SEAL", "Seal to be remade", "rework", "Production", "", "internal_failure"),
    ("AD-SPILL", "Spilled", "adjustment", "Warehouse", "", "internal_failure"),
    ("CT-CYCLE", "Cycle count", "count", "Warehouse", "", "appraisal"),
)

SUPPLIERS = (
    ("S-NORDQUELL", "Nordquell Fine Chemicals"),
    ("S-ULMENAU", "Ulmenau Excipients"),
    ("S-SILBERFOLIE", "Silberfolie Packaging Films"),
    ("S-PAPYRA", "Papyra Print Works"),
    ("S-GLASHUTTE", "Glashutte Tal Bottles"),
    ("S-FUNKWERK", "Funkwerk Circuit Boards"),
    ("S-KRISTALL", "Kristallin Optics"),
    ("S-WATERWORKS", "Lindenhafen Waterworks"),
)
