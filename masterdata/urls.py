"""Addresses of master data."""

from django.urls import path, re_path

from masterdata.api.boms import Boms, OneBom
from masterdata.api.items import Items
from masterdata.web import (
    audit_trail,
    bom_drafts,
    boms,
    devices,
    imports,
    items,
    people,
    plant_lists,
    products,
    triggers,
    unit_factors,
)
from masterdata.web.sign_in import sign_in, sign_out, switch_user

api_urls = [
    path("api/v1/items", Items.as_view(), name="api-items"),
    path("api/v1/boms", Boms.as_view(), name="api-boms"),
    path("api/v1/boms/<int:bom_id>", OneBom.as_view(), name="api-bom"),
]
web_urls = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("switch-user", switch_user, name="switch-user"),
]

desk_urls = [
    path("products", products.products, name="products"),
    path("products/<int:pk>/bom", bom_drafts.bom_draft, name="bom-draft"),
    path("boms/<int:pk>", boms.bom, name="bom"),
    path("boms/<int:pk>/edit", bom_drafts.bom_edit, name="bom-edit"),
    path("boms/<int:pk>/submit", boms.bom_submit, name="bom-submit"),
    path("boms/<int:pk>/withdraw", boms.bom_withdraw, name="bom-withdraw"),
    path("boms/<int:pk>/approve", boms.bom_approve, name="bom-approve"),
    path("boms/<int:pk>/reject", boms.bom_reject, name="bom-reject"),
    path("items", items.items, name="items"),
    path("items/new", items.item_new, name="item-new"),
    path("items/<int:pk>", items.item, name="item"),
    path("items/<int:pk>/change", items.item_change, name="item-change"),
    path("unit-factors", unit_factors.unit_factors, name="unit-factors"),
    path("unit-factors/new", unit_factors.unit_factor_new, name="unit-factor-new"),
    path("unit-factors/<int:pk>", unit_factors.unit_factor, name="unit-factor"),
    path("triggers", triggers.triggers, name="triggers"),
    path("triggers/new", triggers.trigger_new, name="trigger-new"),
    path("triggers/<int:pk>", triggers.trigger, name="trigger"),
    path("reasons", plant_lists.reasons, name="reasons"),
    path("reasons/new", plant_lists.reason_new, name="reason-new"),
    path("bins", plant_lists.bins, name="bins"),
    path("bins/new", plant_lists.bin_new, name="bin-new"),
    path("bins/serve", plant_lists.bin_serve, name="bin-serve"),
    path("lines", plant_lists.lines, name="lines"),
    path("lines/new", plant_lists.line_new, name="line-new"),
    path("suppliers", plant_lists.suppliers, name="suppliers"),
    path("suppliers/new", plant_lists.supplier_new, name="supplier-new"),
    path("devices/new", devices.device_new, name="device-new"),
    path("devices/<int:pk>/switch", devices.device_switch, name="device-switch"),
    path("devices/<int:pk>/change", devices.device_change, name="device-change"),
    path("devices/<int:pk>/token", devices.device_token, name="device-token"),
    path("devices/<int:pk>/revoke", devices.device_revoke, name="device-revoke"),
    path("imports", imports.imports, name="imports"),
    path("imports/<int:pk>", imports.one_import, name="import"),
    path("imports/<int:pk>/progress", imports.import_progress, name="import-progress"),
    path("imports/<int:pk>/file", imports.import_file, name="import-file"),
    re_path(r"^imports/(?P<pk>[0-9]+)/(?P<step>propose|check|discard)$", imports.import_step, name="import-step"),
    path("audit-trail", audit_trail.audit_trail, name="audit-trail"),
    path("people", people.people, name="people"),
    path("people/new", people.person_new, name="person-new"),
    path("people/<int:pk>", people.person, name="person"),
    path("people/<int:pk>/change", people.person_change, name="person-change"),
    path("history/<str:kind>/<int:pk>", plant_lists.record_history, name="record-history"),
]

urlpatterns = [*api_urls, *web_urls, *desk_urls]
