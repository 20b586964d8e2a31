"""An invented plant for the style guide: a maker of throat syrup that exists nowhere."""

from django import forms
from django.core.paginator import Paginator

from masterdata.rules.refusal import Refusal


class SampleForm(forms.Form):
    code = forms.CharField(label="Item code", help_text="As printed on the label.", max_length=20)
    potency = forms.DecimalField(label="Potency", required=False, help_text="From the certificate, in percent.")
    unit = forms.ChoiceField(label="Stock unit", choices=[("KGM", "kg, kilogram"), ("LTR", "l, litre")])
    lot_tracked = forms.BooleanField(label="Lot-tracked", required=False)


def plant() -> dict[str, object]:
    return {
        "orders": orders(),
        "refusals": refusals(),
        "facts": facts(),
        "table": lots(),
        "page": Paginator(range(1, 129), 25).page(2),
        "trail": [
            {"label": "Products", "url": "#main"},
            {"label": "Elderflower syrup 200 ml", "url": "#main"},
            {"label": "BOM version 4"},
        ],
        "tabs": [
            {"label": "Lines", "url": "#main", "current": True},
            {"label": "Faults", "url": "#main", "badge": 2, "tone": "blocked"},
            {"label": "Where used", "url": "#main"},
            {"label": "History", "url": "#main"},
        ],
        "reasons": reasons(),
        "meanings": [
            {"code": "approved", "label": "Approved: this may take effect"},
            {"code": "rejected", "label": "Rejected"},
        ],
        "signatures": [
            {
                "name": "Marta Quill",
                "role": "Engineer",
                "meaning": "author of this change",
                "at": "21 Nov 2026 09:14 CET",
            },
            {
                "name": "Oskar Lindqvist-Bray",
                "role": "QA",
                "meaning": "reviewed",
                "at": "21 Nov 2026 11:40 CET",
                "valid": False,
                "breaks": ["The BOM version KIT version 4 is not what was signed; this differs: lines."],
            },
        ],
        "missing": ["QA: approval"],
        "tree": tree(),
        "steps": steps(),
        "history": history(),
        "form": SampleForm({"code": "", "potency": "ninety", "unit": "KGM"}),
    }


def orders() -> list[dict[str, object]]:
    return [
        {
            "number": "WO-20418",
            "url": "#main",
            "product": "Elderflower syrup 200 ml",
            "item": "FG-ELD-200",
            "value": 1240,
            "most": 2000,
            "done": "1,240",
            "whole": "2,000 bottles",
            "due": "due 14:30",
            "state": "ready",
            "sentence": "340 bottles until B-214 runs out",
            "next_label": "Report output",
            "next_url": "#main",
        },
        {
            "number": "WO-20421",
            "url": "#main",
            "product": "Thyme pastilles, tin of 40",
            "item": "FG-THY-040",
            "value": 0,
            "most": 600,
            "done": "0",
            "whole": "600 tins",
            "due": "due 16:00",
            "state": "blocked",
            "sentence": "Line 2 is not cleared: lot C-0077 of another order is still in bin L2-04",
            "next_label": "Clear the line",
            "next_url": "#main",
        },
        {
            "number": "WO-20425",
            "url": "#main",
            "product": "Honey concentrate, 5 kg pail",
            "item": "SF-HON-005",
            "value": 38,
            "most": 40,
            "done": "38",
            "whole": "40 pails",
            "due": "due 12:15",
            "state": "soon",
            "sentence": "12 pails until the last lid is gone",
            "next_label": "Stage lids",
            "next_url": "#main",
        },
    ]


def refusals() -> list[Refusal]:
    return [
        Refusal(
            "lot_expired",
            "Lot B-214 expired on 3 November 2026.",
            "B-214",
            "Return it to stock and stage B-221, which is released.",
        ),
        Refusal(
            "clearance_missing",
            "Line 2 is not cleared for order WO-20421.",
            "WO-20421",
            "Do the line clearance with a second person.",
        ),
    ]


def facts() -> list[dict[str, object]]:
    return [
        {"name": "Lot", "value": "B-214", "code": True, "url": "#main"},
        {"name": "Item", "value": "Elderflower extract, 20 % in glycerol"},
        {"name": "Status", "value": "in quarantine", "tone": "held"},
        {"name": "Supplier lot", "value": "NHX-88-2031", "code": True},
        {"name": "Expires", "value": "3 Nov 2026"},
        {"name": "On hand", "value": "412.500 kg"},
    ]


def lots() -> dict[str, object]:
    rows = [
        ("B-214", "Elderflower extract", "held", "in quarantine", "412.500", "3 Nov 2026", "Q-01"),
        ("B-221", "Elderflower extract", "good", "released", "1,000.000", "18 Feb 2027", "A-12-03"),
        ("G-1190", "Glycerol 99.5 %", "good", "released", "86.250", "30 Jun 2028", "A-02-11"),
        ("C-0077", "Cap, child-resistant, white", "soon", "expires in 9 days", "14,200", "3 Dec 2026", "L2-04"),
        ("L-5512", "Label, elderflower, version 7", "blocked", "rejected", "6,000", "–", "R-02"),
        ("S-3001", "Sucrose, milled", "idle", "not yet inspected", "2,500.000", "1 Sep 2028", "RCV-1"),
    ]
    return {
        "columns": [
            {"label": "Lot", "sort": "code"},
            {"label": "Item", "sort": "item"},
            {"label": "Status"},
            {"label": "On hand", "number": True, "sort": "quantity", "unit": "stock unit"},
            {"label": "Expires", "sort": "expires"},
            {"label": "Bin"},
        ],
        "rows": [
            {
                "cells": [
                    {"text": lot, "url": "#main", "code": True},
                    {"text": item},
                    {"text": word, "tone": tone},
                    {"number": amount, "unit": "pcs" if "," in amount and "." not in amount else "kg"},
                    {"text": expires},
                    {"text": place, "code": True},
                ]
            }
            for lot, item, tone, word, amount, expires, place in rows
        ],
        "exports": [{"label": "CSV", "url": "#csv"}, {"label": "XLSX", "url": "#xlsx"}],
    }


def reasons() -> list[dict[str, str]]:
    return [
        {"code": "SPILL", "name": "Spilled at the filler", "note": "avoidable · production"},
        {"code": "SEAL", "name": "Seal leaks", "note": "avoidable · packaging engineering"},
        {"code": "PURGE", "name": "Purge at start", "note": "structural · process engineering"},
        {"code": "SAMPLE", "name": "Taken as a sample", "note": "structural · QA"},
    ]


def tree() -> list[dict[str, object]]:
    return [
        {
            "code": "FG-26-1142",
            "url": "#main",
            "name": "Elderflower syrup 200 ml",
            "tone": "held",
            "word": "awaiting QA",
            "amount": "1,240 bottles",
            "open": True,
            "children": [
                {
                    "code": "SF-26-0981",
                    "url": "#main",
                    "name": "Syrup, bulk",
                    "tone": "good",
                    "word": "released",
                    "amount": "263.140 kg",
                    "meta": "posting P-000812",
                    "meta_url": "#main",
                    "open": True,
                    "children": [
                        {
                            "code": "B-214",
                            "url": "#main",
                            "name": "Elderflower extract",
                            "tone": "blocked",
                            "word": "expired",
                            "amount": "12.500 kg",
                            "meta": "posting P-000790",
                            "meta_url": "#main",
                        },
                        {
                            "code": "G-1190",
                            "url": "#main",
                            "name": "Glycerol 99.5 %",
                            "tone": "good",
                            "word": "released",
                            "amount": "80.000 kg",
                            "meta": "posting P-000790",
                            "meta_url": "#main",
                        },
                    ],
                },
                {
                    "code": "C-0077",
                    "url": "#main",
                    "name": "Cap, child-resistant",
                    "tone": "good",
                    "word": "released",
                    "amount": "1,252 pcs",
                    "meta": "posting P-000812",
                    "meta_url": "#main",
                    "children": [{"code": "NHX-88-2031", "name": "supplier lot"}],
                },
            ],
        },
    ]


def steps() -> list[dict[str, object]]:
    return [
        {"label": "Good output", "figure": "500", "unit": "bottles", "source": "report 31", "url": "#main"},
        {
            "operator": "×",
            "label": "Per base",
            "figure": "21.000",
            "unit": "kg",
            "source": "BOM version 4",
            "url": "#main",
        },
        {
            "operator": "÷",
            "label": "Base",
            "figure": "100",
            "unit": "bottles",
            "source": "BOM version 4",
            "url": "#main",
        },
        {
            "operator": "×",
            "label": "Running scrap, gross-up",
            "figure": "1.02",
            "source": "study ST-19, factor 3",
            "url": "#main",
        },
        {"operator": "+", "label": "Setup", "figure": "1.500", "unit": "kg", "source": "1 setup", "url": "#main"},
        {"operator": "→", "label": "In stock unit", "figure": "108.600", "unit": "kg", "source": "kg = kg"},
        {
            "operator": "→",
            "label": "Rounded, half-even",
            "figure": "108.600",
            "unit": "kg",
            "source": "item, 3 decimals",
            "url": "#main",
        },
        {
            "operator": "−",
            "label": "Already posted",
            "figure": "42.840",
            "unit": "kg",
            "source": "P-000790",
            "url": "#main",
        },
        {
            "operator": "=",
            "label": "Posted now",
            "figure": "65.760",
            "unit": "kg",
            "source": "B-221",
            "url": "#main",
            "result": True,
        },
    ]


def history() -> list[dict[str, object]]:
    return [
        {
            "at": "21 Nov 2026 11:42 CET",
            "who": "Oskar Lindqvist-Bray",
            "what": "approved version 4",
            "why": "Study ST-19 shows 2 % at the new filler.",
            "changes": [
                {"field": "Running scrap", "old": "3.5 %", "new": "2 %"},
                {"field": "Source", "old": "history", "new": "study ST-19"},
            ],
            "signature": "Signed: approved, may take effect",
        },
        {
            "at": "20 Nov 2026 16:05 CET",
            "who": "Marta Quill",
            "what": "drafted version 4",
            "why": "",
            "changes": [{"field": "Cap", "old": "", "new": "C-CR-WHITE, 1 per bottle"}],
        },
    ]
