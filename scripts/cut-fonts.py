"""Makes the fonts in this folder that are parts of larger ones.

Needs `pip install fonttools brotli`, the npm packages @fontsource-variable/source-serif-4 5.3.1 and
@fontsource-variable/source-sans-3 5.3.0 unpacked in the working folder, and TeX Gyre Termes Math
(Debian's fonts-texgyre-math 20180621) as texgyretermes-math.otf. serif.woff2, serif-italic.woff2 and
sans.woff2 are fontsource's latin files, unchanged. Changed fonts carry a name of our own, as the
licences ask.
"""

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN_EXTENDED_A = "U+0100-017F,U+018F,U+0192,U+01CD-01DC,U+0218-021B,U+0259,U+1E9E"
# By whole blocks, so that accents, roots and sizes of brackets keep all their parts.
MATH = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0237,U+02C6-02DD,U+0300-0338,U+0370-03FF,U+2000-2070,"
    "U+20D0-20F0,U+2100-214F,U+2190-21FF,U+2200-22FF,U+2308-230B,U+23B4,U+23B5,U+23DC-23E1,U+25A0,"
    "U+25A1,U+25B3,U+25B7,U+25BD,U+25C1,U+25CA,U+25CB,U+25CF,U+2605,U+266D-266F,U+27E6-27EB,"
    "U+27F5-27FF,U+2A00-2A06,U+2A7D,U+2A7E,U+2AAF,U+2AB0,U+FE00,U+FE01,U+1D400-1D7FF"
)


def rename(font, family):
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
        elif record.nameID in (3, 4):
            record.string = family + " Regular"
        elif record.nameID in (6, 25):
            record.string = family.replace(" ", "")


def write(source, target, family, unicodes, features):
    font = TTFont(source)
    rename(font, family)
    if "MATH" in font:
        use_script_primes(font)
        cff = font["CFF "].cff
        cff.fontNames = [family.replace(" ", "")]
        cff[0].FamilyName, cff[0].FullName = family, family + " Regular"
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False, desubroutinize=True)
    options.notdef_outline = True
    options.drop_tables += ["FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(unicodes.replace("U+", "")))
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def use_script_primes(font):
    """Browsers ignore the font's script forms of primes, and draw them too small."""
    script = {}
    gsub = font["GSUB"].table
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "ssty":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    for glyph, forms in getattr(table, "alternates", {}).items():
                        script[glyph] = forms[0]
    for table in font["cmap"].tables:
        if table.format != 14:
            for code in [*range(0x2032, 0x2038), 0x2057]:
                glyph = table.cmap.get(code)
                table.cmap[code] = script.get(glyph, glyph)


if __name__ == "__main__":
    for family, package in [("serif", "source-serif-4"), ("sans", "source-sans-3")]:
        for style in ["normal", "italic"] if family == "serif" else ["normal"]:
            name = family + ("-italic" if style == "italic" else "")
            write(
                f"{package}/files/{package}-latin-ext-wght-{style}.woff2",
                f"{name}-extended.woff2",
                "Gradbook " + family.capitalize(),
                LATIN_EXTENDED_A,
                ["*"],
            )
    write("texgyretermes-math.otf", "math.woff2", "Gradbook Math", MATH, ["ssty"])
