"""Pictures to ink: photos, scans and screenshots, dark on light or light on dark.

*Darkness* is (H, W) float32, 0 = as light as the paper around, 1 = black: the grey levels without
uneven lighting.
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
    ink_from_canvas,
    n_side_by_side,
    no_ink,
    stamp,
)
from core.imaging.paper import find_sheet
from core.imaging.strokes import PEN_DIAMETER, SCRIBBLE_COVER

Darkness = NDArray[np.float32]

WINDOW_SHARE: Final = 0.4  # of the longer side: there is paper within this distance of any ink
MIN_LIGHT: Final = 96  # grey level; in deeper shadow, noise would count as contrast
MIN_CONTRAST: Final = 0.10  # darkness; a pencil on paper has 0.2 and more, blank paper below 0.05
NOISE_SIGMAS: Final = 8.0  # in bad light, the 24 darkest of 120,000 noise pixels reach 6
BLOB_SHARE: Final = 0.4  # thickness / longer side; 1,500 MNIST digits: at most 0.35, median 0.12
THIN_PX: Final = 1.8  # of the 20 px box; thinner lines are thickened to the pen of strokes
DOT_SHARE: Final = 0.03  # of the picture's longer side


def ink_from_picture(data: bytes, decode: Callable[[bytes], Grey] = read_grey) -> Inking:
    """Find the digit in a PNG, JPEG or WebP and convert it to ink.

    The server passes a `decode` that runs in another process. Raises: TooLarge, UnsupportedType,
    BadPicture, as `files.read_grey` does.
    """
    watch = Stopwatch()
    grey = decode(data)
    watch.lap("decode")
    sheet = find_sheet(grey)
    watch.lap("sheet")
    inking = None if sheet is None else ink_from_grey(sheet, watch)
    return inking if inking is not None and inking.reason != "empty" else ink_from_grey(grey, watch)


def ink_from_grey(grey: Grey, watch: Stopwatch) -> Inking:
    """Find the digit in grey levels, (H, W) uint8, and convert it to ink."""
    dark, light = darkness(grey), darkness(255 - grey)
    contrast = max(_contrast(dark), _contrast(light))
    watch.lap("light")
    if contrast < MIN_CONTRAST:
        return no_ink(watch, "empty")
    dark_mask, dark_boxes = digit_parts(_is_inked(dark, contrast))
    light_mask, light_boxes = digit_parts(_is_inked(light, contrast))
    is_dark = _is_ink_dark(grey, dark_mask, light_mask)
    ink, mask, boxes_N4 = (
        (dark, dark_mask, dark_boxes) if is_dark else (light, light_mask, light_boxes)
    )
    watch.lap("parts")
    if not mask.any():
        return no_ink(watch, "empty")

    canvas, is_native = _canvas(ink, mask)
    watch.lap("box")
    # Of 20 px already: it moves by whole pixels, so that nothing is blurred.
    offset = centred_offset(canvas, SAMPLES if is_native else 1)
    watch.lap("centre")
    ink_HW = ink_from_canvas(canvas, offset)
    watch.lap("average")
    reason = _reason(canvas, mask, boxes_N4)
    return Inking(ink_HW, reason is None, reason, tuple(watch.steps))


def darkness(grey: Grey) -> Darkness:
    """How much darker each pixel is than the paper around it, as a share of the paper's level.

    The paper's level is the morphological closing of the picture. Unlike a blur or a fitted
    surface, it follows soft gradients and hard edges of shadows. Dark areas larger than the window
    (a shadow, the table) count as paper.
    """
    side = max(grey.shape)
    reach = max(2, round(side * WINDOW_SHARE / 2))
    smooth = grey
    if side > 64:  # single bright pixels would raise the level of the paper around them
        smooth = np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)))
    padded = np.pad(smooth, 2 * reach, mode="edge")
    paper = _largest_around(padded, reach)
    paper = 255 - _largest_around(255 - paper, reach)
    lit = np.maximum(paper, MIN_LIGHT).astype(np.float32)
    return np.maximum((paper - grey.astype(np.float32)) / lit, 0)


def _largest_around(grey: Grey, reach: int) -> Grey:
    """The maximum over all squares of side 2 reach + 1 within; doubling makes large ones cheap."""
    window = 2 * reach + 1
    covered = 1
    while covered < window:
        step = min(covered, window - covered)
        grey = np.maximum(grey[:-step], grey[step:])
        grey = np.maximum(grey[:, :-step], grey[:, step:])
        covered += step
    return grey


def _contrast(dark: Darkness) -> float:
    """The darkness of the darkest few pixels; 0 if the picture's noise explains it.

    A fixed number of pixels, not a share, since a digit may be a small part of a photo.
    """
    n_darkest = _n_darkest(dark)
    darkest = float(np.partition(dark.ravel(), -n_darkest)[-n_darkest])
    usual = float(np.median(dark))
    noise = 1.4826 * float(np.median(np.abs(dark - usual)))  # σ, if it is Gaussian
    return darkest if darkest - usual > NOISE_SIGMAS * noise else 0.0


def _n_darkest(dark: Darkness) -> int:
    return max(1, min(24, dark.size // 100))


def _is_ink_dark(grey: Grey, dark: Mask, light: Mask) -> bool:
    """Whether the ink is dark on light; else it is light on dark.

    Holes between strokes look like ink of the other polarity. The surroundings of both are paper,
    and have the level of the holes, so the parts whose level differs more are ink. (The picture's
    border is no substitute for the surroundings: it may be a dark table around the sheet.)
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
    """Whether the mask shows lines, not blobs such as holes or patches of light."""
    return _thickness(mask) < BLOB_SHARE * _longer(mask)


def _thickness(mask: Mask) -> float:
    """Thickness of lines in pixels: twice the area / outline. Pixel edges overstate it by 4/π."""
    edges = int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())
    return 2 * int(mask.sum()) / max(edges * np.pi / 4, 1)


def _longer(mask: Mask) -> int:
    return max(int(np.ptp(np.flatnonzero(mask.any(axis=k)))) + 1 for k in (0, 1))


def _wider(places: NDArray[np.intp], by: int) -> slice:
    return slice(max(int(places[0]) - by, 0), int(places[-1]) + 1 + by)


def _is_inked(ink: Darkness, contrast: float) -> Mask:
    """Whether each pixel has over half of the median darkness of ink. Otsu fails for little ink."""
    rough = ink > 0.499 * contrast
    if rough.sum() < _n_darkest(ink):
        return np.zeros_like(rough)
    return ink > max(0.5 * float(np.median(ink[rough])), 0.5 * MIN_CONTRAST)


def _canvas(ink: Darkness, mask: Mask) -> tuple[Canvas, bool]:
    """Fit the masked ink into the 20 px box, and thicken thin lines to the width of the pen.

    Returns: the canvas, and whether the ink had the size of the box already.
    """
    level = float(np.median(ink[mask]))
    near = np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(5))) > 0
    # A large picture gets grey edges by averaging; a small one has them already.
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
    """Scale so that the longer side has `side` samples, and centre it on the canvas."""
    height, width = (max(1, round(length * side / max(cut.shape))) for length in cut.shape)
    is_whole = side % max(cut.shape) == 0
    way = Image.Resampling.BICUBIC if max(cut.shape) < 3 * BOX_PX else Image.Resampling.BOX
    way = Image.Resampling.NEAREST if is_whole else way
    canvas = np.zeros((CANVAS_SIDE, CANVAS_SIDE), np.uint8)
    # Ink of the size of the box is aligned to pixels, so that it keeps them.
    grid = SAMPLES if side == CANVAS_SIDE else 1
    top, left = ((CANVAS_SIDE - length) // 2 // grid * grid for length in (height, width))
    scaled = Image.fromarray(cut).resize((width, height), way)
    canvas[top : top + height, left : left + width] = np.asarray(scaled)
    return canvas


def _reason(canvas: Canvas, mask: Mask, boxes_N4: NDArray[np.intp]) -> Reason | None:
    """Why this cannot be one digit; None if it can."""
    span = (boxes_N4[:, 2:].max(axis=0) - boxes_N4[:, :2].min(axis=0)).max()
    if span < DOT_SHARE * max(mask.shape):
        return "dot"
    if n_side_by_side(boxes_N4) > 1:
        return "several"
    if canvas.mean() > SCRIBBLE_COVER * 255:
        return "scribble"
    return None
