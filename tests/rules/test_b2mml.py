"""A posting as B2MML 7, held against what its schemas say of the elements that are used: their names, order and words.

No validator for XML schemas is among the packages of the tests, so the sequences stand here as the schemas have them.
"""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from backflush.rules.b2mml import NAMESPACE, operations_performance
from tests.rules.test_epcis import BACK, MADE, RECEIPT

SEQUENCES = {
    "OperationsPerformance": "ID Description Version PublishedDate StartTime Endtime HierarchyScope OperationsType"
    " OperationsScheduleID PerformanceState OperationsResponse",
    "OperationsResponse": "ID Description Version StartTime EndTime HierarchyScope OperationsType OperationsRequestID"
    " SegmentRequirementID OperationsDefinitionID OperationsSegmentID ResponseState SegmentResponse",
    "SegmentResponse": "ID Description PublishedDate PostingDate ActualStartTime ActualEndTime HierarchyScope"
    " OperationsType ProcessSegmentID OperationsRequestID SegmentRequirementID OperationsDefinitionID"
    " OperationsSegmentID WorkResponseID JobResponseID SegmentState SegmentData PersonnelActual EquipmentActual"
    " PhysicalAssetActual MaterialActual SegmentResponseChild RequiredByRequestedSegmentResponse",
    "MaterialActual": "ID MaterialClassID MaterialDefinitionID MaterialLotID MaterialSubLotID Description MaterialUse"
    " SpatialDefinition StorageLocation Quantity AssemblyActual AssemblyType AssemblyRelationship HierarchyScope"
    " TestResult MaterialActualProperty RequiredByRequestedSegmentResponse",
    "HierarchyScope": "EquipmentID EquipmentLevel HierarchyScopeChild",
    "StorageLocation": "Location LocationType LocationChild",
    "Quantity": "QuantityString DataType UnitOfMeasure Key",
}
NEEDED = {
    "OperationsPerformance": {"ID", "OperationsResponse"},
    "OperationsResponse": {"ID", "SegmentResponse"},
    "SegmentResponse": {"ID"},
    "MaterialActual": {"ID"},
    "HierarchyScope": {"EquipmentID", "EquipmentLevel"},
    "StorageLocation": {"Location", "LocationType"},
    "Quantity": {"QuantityString"},
}
WORDS = {
    "OperationsType": {"Production"},
    "EquipmentLevel": {"Site", "ProductionLine"},
    "MaterialUse": {"Consumed", "Produced", "By-product Produced"},
    "LocationType": {"Operational Location"},
    "DataType": {"decimal"},
}


def plain(element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def faults_in(element) -> list[str]:
    """What the schemas would say against an element and all below it."""
    name, names = plain(element), [plain(child) for child in element]
    if name not in SEQUENCES:
        wrong = names or (name in WORDS and element.text not in WORDS[name])
        return [f"{name} {element.text}"] if wrong else []
    order = SEQUENCES[name].split()
    faults = [f"{name} has no {child}" for child in NEEDED[name] - set(names)]
    faults += [f"{child} is strange in {name}" for child in names if child not in order]
    known = [order.index(child) for child in names if child in order]
    faults += [f"{name} is out of order"] if known != sorted(known) else []
    return faults + [fault for child in element for fault in faults_in(child)]


def read(posting):
    return ElementTree.fromstring(operations_performance(posting))


def uses(root) -> list[tuple[str, ...]]:
    return [
        tuple(
            actual.findtext(path, namespaces={"": NAMESPACE})
            for path in (
                "MaterialUse",
                "MaterialDefinitionID",
                "MaterialLotID",
                "Quantity/QuantityString",
                "Quantity/UnitOfMeasure",
            )
        )
        for actual in root.iter(f"{{{NAMESPACE}}}MaterialActual")
    ]


@pytest.mark.parametrize("posting", [MADE, BACK, replace(MADE, lines=()), replace(MADE, production_line="")])
def test_the_document_is_as_the_schemas_say(posting):
    root = read(posting)
    assert root.tag == f"{{{NAMESPACE}}}OperationsPerformance"
    assert faults_in(root) == []


def test_the_check_finds_faults():
    text = operations_performance(MADE)
    swapped = text.replace("<MaterialUse>Consumed</MaterialUse>", "<MaterialUse>Used</MaterialUse>", 1)
    assert faults_in(ElementTree.fromstring(swapped)) == ["MaterialUse Used"]
    assert faults_in(
        ElementTree.fromstring(
            text.replace("<DataType>decimal</DataType>", "", 1).replace("<QuantityString>5</QuantityString>", "", 1)
        )
    )


def test_what_was_consumed_and_produced_stands_with_lot_quantity_and_unit():
    assert uses(read(MADE)) == [
        ("Consumed", "FOIL", "F/1", "5", "KGM"),
        ("Consumed", "PUMP", "SN-1", "1", "C62"),
        ("Produced", "KIT", "KIT/A-1", "10", "C62"),
    ]


def test_a_by_product_is_told_from_the_product():
    made = replace(MADE, lines=(replace(RECEIPT, main=False),))
    assert uses(read(made))[0][0] == "By-product Produced"


def test_a_reversal_has_the_same_uses_with_negative_quantities_and_names_what_it_reverses():
    root = read(BACK)
    assert uses(root) == [
        ("Consumed", "FOIL", "F/1", "-5", "KGM"),
        ("Consumed", "PUMP", "SN-1", "-1", "C62"),
        ("Produced", "KIT", "KIT/A-1", "-10", "C62"),
    ]
    assert root.findtext("Description", namespaces={"": NAMESPACE}) == "Reversal of P-000012: WRONG-COUNT"


def test_text_of_people_cannot_break_the_document():
    said = replace(BACK, note="<b>&\x07 “ü”")
    assert read(said).findtext("Description", namespaces={"": NAMESPACE}).endswith("<b>& “ü”")
