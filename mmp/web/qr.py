"""QR codes, drawn as SVG inside the page."""

from io import BytesIO

from markupsafe import Markup


def qr_code(address: str, title: str) -> Markup:
    """The address as a QR code named `title`. Dark on light, whatever the page is."""
    import segno  # waits until a code is drawn

    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        title=title,
        svgclass="qr",
        lineclass=None,
        xmldecl=False,
        omitsize=True,
        nl=False,
    )
    return Markup(out.getvalue().decode())  # noqa: S704  segno escapes the title
