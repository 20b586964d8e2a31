"""The finished schema: named parts stand once under their name, bodies are wanted."""

from typing import Any


def tidy(result: dict[str, Any], generator: object, request: object, public: bool) -> dict[str, Any]:
    """The last step of making the schema."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    result["paths"] = _hoisted(result["paths"], components)
    result["components"]["schemas"] = dict(sorted(components.items()))
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


def _hoisted(part: Any, components: dict[str, Any]) -> Any:
    """The part with every schema that has an `x-name` replaced by a reference."""
    if isinstance(part, list):
        return [_hoisted(inner, components) for inner in part]
    if not isinstance(part, dict):
        return part
    found = {key: _hoisted(inner, components) for key, inner in part.items() if key != "x-name"}
    if "x-name" not in part:
        return found
    components[part["x-name"]] = found
    return {"$ref": f"#/components/schemas/{part['x-name']}"}
