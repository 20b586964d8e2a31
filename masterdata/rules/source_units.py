"""Unit names that other systems write, as Rec 20 codes. A code of the table itself is taken as it is."""

REC_20 = {
    "BOX": "XBX",
    "BTL": "XBO",
    "CAN": "XCX",
    "CAR": "XCT",
    "CBM": "MTQ",
    "CCM": "CMQ",
    "CDM": "DMQ",
    "CM": "CMT",
    "CM2": "CMK",
    "CR": "XCR",
    "CS": "XCS",
    "CTN": "XCN",
    "DM": "DMT",
    "DZ": "DZN",
    "EA": "C62",
    "FT3": "FTQ",
    "G": "GRM",
    "GAL": "GLL",
    "IN": "INH",
    "KG": "KGM",
    "KM": "KMT",
    "KT": "KTN",
    "L": "LTR",
    "LB": "LBR",
    "M": "MTR",
    "M2": "MTK",
    "M3": "MTQ",
    "MG": "MGM",
    "ML": "MLT",
    "MM": "MMT",
    "OZ": "ONZ",
    "PAK": "XPK",
    "PAL": "XPX",
    "PC": "H87",
    "PT": "PTL",
}


def rec_20(name: str, known: frozenset[str]) -> str | None:
    """The Rec 20 code for a unit name; None where it means no quantity of goods (a temperature, a percentage)."""
    written = name.strip().upper()
    if written in REC_20:
        return REC_20[written]
    return written if written in known else None
