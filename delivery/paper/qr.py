"""A QR code as an SVG picture. The only importer of segno."""

import io

import segno

QUIET = 4
"""Modules of white around the code, as ISO/IEC 18004 wants them: without them a phone looks in vain."""


def picture(text: str, *, title: str) -> str:
    """`text` as a QR code of error level M, which still reads under a scratch; `title` is for who cannot see it.

    The picture has no size of its own: the page gives it one. It is white behind, so that it reads on dark pages too.
    """
    out = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        out, kind="svg", border=QUIET, dark="#000", light="#fff", title=title, omitsize=True, xmldecl=False, nl=False
    )
    return out.getvalue().decode("utf-8")
