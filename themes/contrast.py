"""How readable one colour is on another (WCAG 2.2, relative luminance and contrast ratio)."""

from textual.color import Color


def luminance(colour: Color) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio, 1 (none) to 21 (black on white); 4.5 is what running text needs."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(background: Color, preferred: Color) -> Color:
    """The preferred text colour where it is readable on the background, else black or white."""
    if contrast(preferred, background) >= 4.5:
        return preferred
    return max((Color(0, 0, 0), Color(255, 255, 255)), key=lambda text: contrast(text, background))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
