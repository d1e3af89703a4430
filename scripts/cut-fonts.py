"""Makes the fonts of pages (templates/assets/fonts) that are parts of larger ones, in the working folder.

Needs `pip install fonttools brotli`, the npm packages @fontsource-variable/source-serif-4 5.3.1 and
@fontsource-variable/source-sans-3 5.3.0 unpacked in the working folder, and TeX Gyre Termes Math
(Debian's fonts-texgyre-math 20180621) as texgyretermes-math.otf. Texts come in the weights that pages
use. Changed fonts carry a name of our own, as the licences ask.
"""

import io

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

WEIGHTS = (400, 700)
LATIN = (
    "U+0000-00FF,U+0131,U+0152,U+0153,U+02BB,U+02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215"
)
LATIN_EXTENDED_A = "U+0100-017F,U+018F,U+0192,U+01CD-01DC,U+0218-021B,U+0259,U+1E9E"
# By whole blocks, so that accents, roots and sizes of brackets keep all their parts.
MATH = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0237,U+02C6-02DD,U+0300-0338,U+0370-03FF,U+2000-2070,"
    "U+20D0-20F0,U+2100-214F,U+2190-21FF,U+2200-22FF,U+2308-230B,U+23B4,U+23B5,U+23DC-23E1,U+25A0,"
    "U+25A1,U+25B3,U+25B7,U+25BD,U+25C1,U+25CA,U+25CB,U+25CF,U+2605,U+266D-266F,U+27E6-27EB,"
    "U+27F5-27FF,U+2A00-2A06,U+2A7D,U+2A7E,U+2AAF,U+2AB0,U+FE00,U+FE01,U+1D400-1D7FF"
)
# What most formulas are made of, italic letters among it; a page fetches the rest only where it has some of it. It has the space,
# so that a browser takes the measures of all formulas from it.
USUAL_MATH = (
    "U+0020-007E,U+00A0,U+00AC,U+00AF,U+00B1,U+00B7,U+00D7,U+00F7,U+0131,U+0237,U+02C6,U+02C7,U+02D8-02DC,U+0300-0308,U+0332,"
    "U+0391-03A9,U+03B1-03F5,U+2000-200D,U+2016,U+2018-201D,U+2026,U+202F,U+2032,U+2033,U+203E,U+205F-2064,U+210E,"
    "U+2112,U+2113,U+211D,U+2190-2194,U+21A6,U+21D0-21D4,U+2200-2209,"
    "U+220B,U+220F-2213,U+2217-221E,U+2223,U+2225-222B,U+2234,U+223C,U+2245,U+2248,U+2260,U+2261,U+2264,U+2265,U+226A,U+226B,"
    "U+2282-2287,U+2295,U+2297,U+2299,U+22A4,U+22A5,U+22C5,U+22EE-22F1,U+2308-230B,U+23DE,U+23DF,U+27E8,U+27E9,"
    "U+FE00,U+1D434-1D467,U+1D6FC-1D71B"
)


def parsed(unicodes):
    return set(subset.parse_unicodes(unicodes.replace("U+", "")))


def ranges(codes):
    """Code points as CSS has them in `unicode-range`."""
    found = []
    for code in sorted(codes):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return ", ".join(f"U+{low:X}" if low == high else f"U+{low:X}-{high:X}" for low, high in found)


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
    if "fvar" in font:
        # Through a file, since what is instantiated still knows glyphs without variations.
        whole = io.BytesIO()
        font = instantiateVariableFont(font, {"wght": WEIGHTS})
        font.flavor = None
        font.save(whole)
        font = TTFont(whole)
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
    subsetter.populate(unicodes=parsed(unicodes))
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def use_script_primes(font):
    """Chromium ignores the font's script forms, and draws primes too small. The other forms, half of the font, are left out."""
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
            for part, codes, end in [("latin", LATIN, ""), ("latin-ext", LATIN_EXTENDED_A, "-extended")]:
                source = f"{package}/files/{package}-{part}-wght-{style}.woff2"
                write(source, f"{name}{end}.woff2", "Gradbook " + family.capitalize(), codes, ["*"])
    write("texgyretermes-math.otf", "math.woff2", "Gradbook Math", USUAL_MATH, [])
    others = ranges(parsed(MATH) - parsed(USUAL_MATH))
    write("texgyretermes-math.otf", "math-extended.woff2", "Gradbook Math", others.replace(" ", ""), [])
    print("unicode-range of math-extended.woff2 in styles/colors.css:", others)
