"""Pictures -> ink: photos, scans and screenshots, dark on light or light on dark.

*Darkness* is (H, W) float32, 0 = as the paper around, 1 = as dark as can be; it is what is left
when uneven light is taken out of the grey levels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.imaging.components import Mask, digit_parts
from core.imaging.files import Grey, read_grey
from core.imaging.ink import (
    BOX_PX,
    CANVAS_SIDE,
    SAMPLES,
    Canvas,
    Inking,
    Reason,
    Stopwatch,
    centred_offset,
    n_side_by_side,
    nothing,
    settle,
    stamp,
)
from core.imaging.paper import find_sheet
from core.imaging.strokes import PEN_DIAMETER, SCRIBBLE_COVER

Darkness = NDArray[np.float32]

WINDOW_SHARE: Final = 0.4  # of the longer side: paper is found within this distance of any ink
MIN_LIGHT: Final = 96  # grey level; in deeper shadow noise would count as contrast
MIN_CONTRAST: Final = 0.10  # darkness; a pencil on paper has 0.2 and more, blank paper below 0.05
NOISE_SIGMAS: Final = 8.0  # of noise alone, the 24 darkest of 120,000 pixels reach 6 in bad light
BLOB_SHARE: Final = 0.4  # thickness by longer side; 1,500 MNIST digits reach 0.35, half 0.12
THIN_PX: Final = 1.8  # of the 20 px box; thinner lines are thickened to the strokes' pen
DOT_SHARE: Final = 0.03  # of the picture's longer side


def ink_from_picture(data: bytes, unpack: Callable[[bytes], Grey] = read_grey) -> Inking:
    """Find the digit in a PNG, JPEG or WebP and show it as MNIST would.

    A server unpacks what strangers send in another process. Raises: TooLarge, UnsupportedType,
    BadPicture, see `imaging_files.read_grey`.
    """
    watch = Stopwatch()
    grey = unpack(data)
    watch.lap("decode")
    sheet = find_sheet(grey)
    watch.lap("sheet")
    inking = None if sheet is None else ink_from_grey(sheet, watch)
    return inking if inking is not None and inking.reason != "empty" else ink_from_grey(grey, watch)


def ink_from_grey(grey: Grey, watch: Stopwatch) -> Inking:
    """The same for grey levels, (H, W) uint8."""
    dark, light = darkness(grey), darkness(255 - grey)
    contrast = max(_contrast(dark), _contrast(light))
    watch.lap("light")
    if contrast < MIN_CONTRAST:
        return nothing(watch, "empty")
    dark_mask, dark_boxes = digit_parts(_is_inked(dark, contrast))
    light_mask, light_boxes = digit_parts(_is_inked(light, contrast))
    is_dark = _is_ink_dark(grey, dark_mask, light_mask)
    ink, mask, boxes_N4 = (
        (dark, dark_mask, dark_boxes) if is_dark else (light, light_mask, light_boxes)
    )
    watch.lap("parts")
    if not mask.any():
        return nothing(watch, "empty")

    canvas, is_native = _canvas(ink, mask)
    watch.lap("box")
    # Already 20 px large: only whole pixels move, nothing is blurred.
    offset = centred_offset(canvas, SAMPLES if is_native else 1)
    watch.lap("centre")
    ink_HW = settle(canvas, offset)
    watch.lap("average")
    reason = _reason(canvas, mask, boxes_N4)
    return Inking(ink_HW, reason is None, reason, tuple(watch.steps))


def darkness(grey: Grey) -> Darkness:
    """How much darker each pixel is than the paper around it, as a part of that paper's light.

    The paper is the morphological closing: the darkest level that any window-sized square of it
    reaches. It follows soft gradients and hard shadow edges alike, which smooth surfaces and blurs
    do not; darker areas larger than the window (a shadow, the table) count as paper themselves.
    """
    side = max(grey.shape)
    reach = max(2, round(side * WINDOW_SHARE / 2))
    calm = grey
    if side > 64:  # single bright pixels would lift the whole paper
        calm = np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)))
    padded = np.pad(calm, 2 * reach, mode="edge")
    paper = _largest_around(padded, reach)
    paper = 255 - _largest_around(255 - paper, reach)
    lit = np.maximum(paper, MIN_LIGHT).astype(np.float32)
    return np.maximum((paper - grey.astype(np.float32)) / lit, 0)


def _largest_around(grey: Grey, reach: int) -> Grey:
    """The maximum over (2 reach + 1)² squares that lie within; doubling makes size cheap."""
    window = 2 * reach + 1
    covered = 1
    while covered < window:
        step = min(covered, window - covered)
        grey = np.maximum(grey[:-step], grey[step:])
        grey = np.maximum(grey[:, :-step], grey[:, step:])
        covered += step
    return grey


def _contrast(dark: Darkness) -> float:
    """How dark the darkest few pixels are; 0 if that is no more than the picture's noise.

    A number of pixels rather than a share, since a digit may be a small part of a photo.
    """
    n_darkest = _n_darkest(dark)
    darkest = float(np.partition(dark.ravel(), -n_darkest)[-n_darkest])
    usual = float(np.median(dark))
    noise = 1.4826 * float(np.median(np.abs(dark - usual)))  # σ, if it is Gaussian
    return darkest if darkest - usual > NOISE_SIGMAS * noise else 0.0


def _n_darkest(dark: Darkness) -> int:
    return max(1, min(24, dark.size // 100))


def _is_ink_dark(grey: Grey, dark: Mask, light: Mask) -> bool:
    """Whether the dark parts are the ink, or the light ones.

    Between strokes there are holes of the other kind, which look like ink of the other polarity.
    What lies around both is paper, and as light as the holes; so whichever it is unlike is ink.
    (Comparing with the picture's border instead fails for a sheet on a dark table.)
    """
    if not (dark.any() and light.any()):
        return bool(dark.any())
    is_dark_like, is_light_like = _is_strokes(dark), _is_strokes(light)
    if is_dark_like != is_light_like:
        return is_dark_like
    either = dark | light
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    around = np.zeros_like(either)
    gap = max(grey.shape) // 50 + 1
    around[_wider(rows, 2 * gap), _wider(columns, 2 * gap)] = True
    around[_wider(rows, gap), _wider(columns, gap)] = False
    if not around.any():  # cut out tightly
        around[[0, -1]] = around[:, [0, -1]] = True
    paper = float(np.median(grey[around]))
    return abs(paper - float(np.median(grey[dark]))) > abs(paper - float(np.median(grey[light])))


def _is_strokes(mask: Mask) -> bool:
    """Whether this is made of lines rather than of blobs such as holes or patches of light."""
    return _thickness(mask) < BLOB_SHARE * _longer(mask)


def _thickness(mask: Mask) -> float:
    """Of the lines, in pixels: twice the area by the outline, as pixel edges overstated by 4/π."""
    edges = int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())
    return 2 * int(mask.sum()) / max(edges * np.pi / 4, 1)


def _longer(mask: Mask) -> int:
    return max(int(np.ptp(np.flatnonzero(mask.any(axis=k)))) + 1 for k in (0, 1))


def _wider(places: NDArray[np.intp], by: int) -> slice:
    return slice(max(int(places[0]) - by, 0), int(places[-1]) + 1 + by)


def _is_inked(ink: Darkness, contrast: float) -> Mask:
    """Above half of what ink has here in the middle. Otsu's threshold drowns where ink is rare."""
    rough = ink > 0.499 * contrast
    if rough.sum() < _n_darkest(ink):
        return np.zeros_like(rough)
    return ink > max(0.5 * float(np.median(ink[rough])), 0.5 * MIN_CONTRAST)


def _canvas(ink: Darkness, mask: Mask) -> tuple[Canvas, bool]:
    """Fit what the mask shows into the 20 px box, thin lines thickened to a pen's width.

    Returns: the canvas, and whether it had the box's size already.
    """
    level = float(np.median(ink[mask]))
    near = np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(5))) > 0
    # A large picture gets its grey edges from averaging; a small one brings them along.
    hardness = 0.25 if _longer(mask) > 3 * BOX_PX else 0.0
    soft = np.clip((ink / level - hardness) / (1 - 2 * hardness), 0, 1) * near
    levels = np.rint(soft * 255).astype(np.uint8)
    rows = np.flatnonzero((levels > 0).any(axis=1))
    columns = np.flatnonzero((levels > 0).any(axis=0))
    cut = levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(cut.shape)

    is_native = longer == BOX_PX
    thickness = _thickness(mask) * CANVAS_SIDE / longer
    is_thin = thickness < THIN_PX * SAMPLES and not is_native
    missing = round(PEN_DIAMETER - thickness) | 1 if is_thin else 0
    canvas = _fitted(cut, CANVAS_SIDE - 2 * (missing // 2))
    if missing:
        grown = stamp(np.flatnonzero(canvas.ravel() > 127), missing)
        canvas = np.maximum(canvas, grown)
    return canvas, is_native


def _fitted(cut: NDArray[np.uint8], side: int) -> Canvas:
    """Scale so that the longer side has `side` samples, and lay it into the canvas's middle."""
    height, width = (max(1, round(length * side / max(cut.shape))) for length in cut.shape)
    is_whole = side % max(cut.shape) == 0
    way = Image.Resampling.BICUBIC if max(cut.shape) < 3 * BOX_PX else Image.Resampling.BOX
    way = Image.Resampling.NEAREST if is_whole else way
    canvas = np.zeros((CANVAS_SIDE, CANVAS_SIDE), np.uint8)
    # Ink of the box's own size keeps its pixels: it lies on their grid.
    grid = SAMPLES if side == CANVAS_SIDE else 1
    top, left = ((CANVAS_SIDE - length) // 2 // grid * grid for length in (height, width))
    scaled = Image.fromarray(cut).resize((width, height), way)
    canvas[top : top + height, left : left + width] = np.asarray(scaled)
    return canvas


def _reason(canvas: Canvas, mask: Mask, boxes_N4: NDArray[np.intp]) -> Reason | None:
    """Why this cannot be one digit, or None."""
    span = (boxes_N4[:, 2:].max(axis=0) - boxes_N4[:, :2].min(axis=0)).max()
    if span < DOT_SHARE * max(mask.shape):
        return "dot"
    if n_side_by_side(boxes_N4) > 1:
        return "several"
    if canvas.mean() > SCRIBBLE_COVER * 255:
        return "scribble"
    return None
