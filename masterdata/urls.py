"""Addresses of master data."""

from django.urls import path

from masterdata.api.boms import Boms, OneBom
from masterdata.api.items import Items
from masterdata.web import (
    audit_trail,
    bom_compare,
    bom_copies,
    bom_costs,
    bom_drafts,
    boms,
    change_editing,
    change_requests,
    devices,
    item_uses,
    items,
    people,
    plant_lists,
    products,
    suggestions,
    triggers,
    unit_factors,
    units,
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
    path("products/<int:pk>/bom/copy", bom_copies.bom_copy, name="bom-copy"),
    path("boms/compare", bom_compare.bom_compare, name="bom-compare"),
    path("boms/suggestions", suggestions.version_suggestions, name="version-suggestions"),
    path("boms/<int:pk>", boms.bom, name="bom"),
    path("boms/<int:pk>/cost", bom_costs.bom_cost, name="bom-cost"),
    path("boms/<int:pk>/edit", bom_drafts.bom_edit, name="bom-edit"),
    path("change-requests", change_requests.changes, name="changes"),
    path("change-requests/new", change_editing.kinds, name="change-kinds"),
    path("change-requests/new/<str:kind>", change_editing.new, name="change-new"),
    path("change-requests/of/<str:kind>/<int:pk>", change_editing.of_record, name="change-of"),
    path("change-requests/for/<str:kind>/<int:pk>", change_requests.change_open, name="change-open"),
    path("change-requests/<int:number>", change_requests.change, name="change"),
    path("change-requests/<int:number>/edit", change_editing.edit, name="change-edit"),
    path("change-requests/<int:number>/revise", change_requests.change_revise, name="change-revise"),
    path("change-requests/<int:number>/submit", change_requests.change_submit, name="change-submit"),
    path("change-requests/<int:number>/take-back", change_requests.change_take_back, name="change-take-back"),
    path("change-requests/<int:number>/withdraw", change_requests.change_withdraw, name="change-withdraw"),
    path("change-requests/<int:number>/sign", change_requests.change_sign, name="change-sign"),
    path("change-requests/<int:number>/reject", change_requests.change_reject, name="change-reject"),
    path("change-requests/<int:number>/note", change_requests.change_note, name="change-note"),
    path("items", items.items, name="items"),
    path("items/new", change_editing.new, {"kind": "item"}, name="item-new"),
    path("items/suggestions", suggestions.item_suggestions, name="item-suggestions"),
    path("items/<int:pk>", items.item, name="item"),
    path("items/<int:pk>/where-used", item_uses.item_where_used, name="item-where-used"),
    path("items/<int:pk>/change", change_editing.of_record, {"kind": "item"}, name="item-change"),
    path("units", units.units, name="units"),
    path("unit-factors", unit_factors.unit_factors, name="unit-factors"),
    path("unit-factors/new", unit_factors.unit_factor_new, name="unit-factor-new"),
    path("unit-factors/<int:pk>", unit_factors.unit_factor, name="unit-factor"),
    path("triggers", triggers.triggers, name="triggers"),
    path("triggers/new", triggers.trigger_new, name="trigger-new"),
    path("triggers/<int:pk>", triggers.trigger, name="trigger"),
    path("reasons", plant_lists.reasons, name="reasons"),
    path("reasons/new", change_editing.new, {"kind": "reason"}, name="reason-new"),
    path("bins", plant_lists.bins, name="bins"),
    path("bins/new", change_editing.new, {"kind": "bin"}, name="bin-new"),
    path("bins/serve", change_editing.new, {"kind": "bin_service"}, name="bin-serve"),
    path("lines", plant_lists.lines, name="lines"),
    path("lines/new", change_editing.new, {"kind": "production_line"}, name="line-new"),
    path("suppliers", plant_lists.suppliers, name="suppliers"),
    path("suppliers/new", change_editing.new, {"kind": "supplier"}, name="supplier-new"),
    path("devices/new", devices.device_new, name="device-new"),
    path("devices/<int:pk>/switch", devices.device_switch, name="device-switch"),
    path("devices/<int:pk>/change", devices.device_change, name="device-change"),
    path("devices/<int:pk>/token", devices.device_token, name="device-token"),
    path("devices/<int:pk>/revoke", devices.device_revoke, name="device-revoke"),
    path("audit-trail", audit_trail.audit_trail, name="audit-trail"),
    path("people", people.people, name="people"),
    path("people/new", people.person_new, name="person-new"),
    path("people/<int:pk>", people.person, name="person"),
    path("people/<int:pk>/change", people.person_change, name="person-change"),
    path("history/<str:kind>/<int:pk>", plant_lists.record_history, name="record-history"),
]

urlpatterns = [*api_urls, *web_urls, *desk_urls]
