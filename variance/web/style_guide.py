"""The style guide: every component once in light and once in dark, with the figures of a plant that does not exist."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from masterdata.pages.access import desk_page
from variance.web.style_guide_charts import charts
from variance.web.style_guide_plant import plant

SIZES = ("desk", "floor")


@desk_page()
def style_guide(request: HttpRequest) -> HttpResponse:
    """Open to whoever is signed in; it reads nothing of the plant. `?size=floor` shows tablet sizes."""
    size = request.GET.get("size")
    size = size if size in SIZES else "desk"
    context = {
        "size": size,
        "navigation": navigation(size),
        "sizes": [{"label": name.capitalize(), "url": f"?size={name}", "current": name == size} for name in SIZES],
        "themes": [{"name": name, "charts": charts(name)} for name in ("light", "dark")],
        **plant(),
    }
    return render(request, "style_guide.html", context)


def navigation(size: str) -> list[dict[str, object]]:
    """As the real one looks for an operator (floor) and for an engineer (desk)."""
    if size == "floor":
        entries = ["Line", "Clear", "Stage", "Report", "Weigh", "Pack", "Return", "Count", "Receive"]
        return [
            {"label": label, "url": "#main", "icon": label.lower(), "current": label == "Stage"} for label in entries
        ]
    groups = {
        "Production": [("Today", "today"), ("Orders", "order"), ("Lots", "lot")],
        "Master data": [
            ("Products", "product"),
            ("Change requests", "change"),
            ("Units", "units"),
            ("Triggers", "trigger"),
        ],
        "Quality": [
            ("Reversals", "return"),
            ("Deviations", "deviation"),
            ("Audit trail", "audit"),
            ("Evidence", "evidence"),
        ],
        "Finance": [("Variance", "variance"), ("Cost of poor quality", "pareto"), ("Control charts", "chart")],
    }
    return [
        {
            "label": label,
            "url": "#main",
            "icon": icon,
            "group": group,
            "current": label == "Products",
            "badge": 3 if label == "Change requests" else "",
            "tone": "soon",
        }
        for group, entries in groups.items()
        for label, icon in entries
    ]
