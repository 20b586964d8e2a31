"""A posting as B2MML (ISA-95): an OperationsPerformance of production with a MaterialActual for each line.

Written after the schemas of B2MML version 7. The Business To Manufacturing Markup Language (B2MML) is used courtesy of MESA
International.
"""

from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from backflush.rules.goods_movements import LineFact, PostingFact, moment_text, number_text

NAMESPACE = "http://www.mesa.org/xml/B2MML"
UNIT_LIST = "UN/ECE Recommendation 20"
register_namespace("", NAMESPACE)


def operations_performance(posting: PostingFact) -> str:
    """The XML of a posting. The order of the elements is the schemas'."""
    number = number_text(posting.position)
    root = Element(_name("OperationsPerformance"))
    _text(root, "ID", number)
    if posting.reverses is not None:
        _text(
            root, "Description", f"Reversal of {number_text(posting.reverses)}: {posting.reason} {posting.note}".strip()
        )
    _text(root, "PublishedDate", moment_text(posting.recorded_at))
    _scope(root, posting.site, "Site")
    _text(root, "OperationsType", "Production")
    response = SubElement(root, _name("OperationsResponse"))
    _text(response, "ID", number)
    _text(response, "OperationsType", "Production")
    _text(response, "OperationsRequestID", posting.order)
    segment = SubElement(response, _name("SegmentResponse"))
    _text(segment, "ID", f"{number}/{posting.operation}")
    _text(segment, "PostingDate", moment_text(posting.recorded_at))
    _text(segment, "ActualEndTime", moment_text(posting.occurred_at))
    if posting.production_line:
        _scope(segment, posting.production_line, "ProductionLine")
    _text(segment, "OperationsType", "Production")
    _text(segment, "ProcessSegmentID", posting.operation)
    _text(segment, "OperationsRequestID", posting.order)
    for line in posting.lines:
        _material(segment, line)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def material_use(line: LineFact) -> str:
    """Consumed, produced, or a by-product. A reversal's line has the use of the line that it mirrors."""
    consumed = line.into_consumption if line.mirrors is None else not line.into_consumption
    if consumed:
        return "Consumed"
    return "Produced" if line.main else "By-product Produced"


def _material(segment: Element, line: LineFact) -> None:
    """A reversal's quantities are negative: as much less was consumed, or produced."""
    actual = SubElement(segment, _name("MaterialActual"))
    _text(actual, "ID", str(line.id))
    _text(actual, "MaterialDefinitionID", line.item)
    _text(actual, "MaterialLotID", line.lot)
    _text(actual, "MaterialUse", material_use(line))
    place = SubElement(actual, _name("StorageLocation"))
    _text(place, "Location", line.bin)
    _text(place, "LocationType", "Operational Location")
    quantity = SubElement(actual, _name("Quantity"))
    _text(quantity, "QuantityString", line.quantity if line.mirrors is None else f"-{line.quantity}")
    _text(quantity, "DataType", "decimal")
    SubElement(quantity, _name("UnitOfMeasure"), {"listName": UNIT_LIST}).text = line.unit


def _scope(parent: Element, name: str, level: str) -> None:
    scope = SubElement(parent, _name("HierarchyScope"))
    _text(scope, "EquipmentID", name)
    _text(scope, "EquipmentLevel", level)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = "".join(one for one in text if one.isprintable())


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
