"""Reading of master data. Everything here reads only."""

from masterdata.queries.boms import (
    bom_versions,
    boms_made_invalid,
    effective_bom,
    effective_boms,
    surroundings,
    where_used,
)
from masterdata.queries.codes import Found, find_code
from masterdata.queries.contents import approved_from, bom_content, factor_content, label_content, trigger_content
from masterdata.queries.devices import device_by_token, secret_of_device, secrets_of_device
from masterdata.queries.drafts import draft_of, unchanged_refusal
from masterdata.queries.people import find_person, person_by_badge, person_by_token
from masterdata.queries.revision import master_data_revision
from masterdata.queries.signature_check import signature_stands
from masterdata.queries.signing import signature_covers, signature_faults, signatures_of
from masterdata.queries.triggers import effective_trigger
from masterdata.queries.units import item_factors, unit_facts, unit_names

__all__ = [
    "Found",
    "approved_from",
    "bom_content",
    "bom_versions",
    "boms_made_invalid",
    "device_by_token",
    "draft_of",
    "effective_bom",
    "effective_boms",
    "effective_trigger",
    "factor_content",
    "find_code",
    "find_person",
    "item_factors",
    "label_content",
    "master_data_revision",
    "person_by_badge",
    "person_by_token",
    "secret_of_device",
    "secrets_of_device",
    "signature_covers",
    "signature_faults",
    "signature_stands",
    "signatures_of",
    "surroundings",
    "trigger_content",
    "unchanged_refusal",
    "unit_facts",
    "unit_names",
    "where_used",
]
