"""Pictures to ink: paper, lighting and polarity do not matter; damaged files are refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.base.errors import BadPicture, InkloopError, TooLarge, UnsupportedType
from core.imaging import ink_from_picture
from tests.support.strokes_from_mnist import centre_lines, sample_digits

Grey = NDArray[np.uint8]


def saved(picture: Grey | Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def enlarged(digit_HW: Grey, side: int) -> Grey:
    image = Image.fromarray(digit_HW).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(image)


def on_page(digit_HW: Grey, side: int = 300) -> NDArray[np.float64]:
    """Ink from 0 to 1 on a page of 640 by 480 pixels."""
    page = np.zeros((480, 640))
    page[90 : 90 + side, 170 : 170 + side] = enlarged(digit_HW, side) / 255
    return np.clip((page - 0.3) / 0.4, 0, 1)


def photographed(page: NDArray[np.float64], light: NDArray[np.float64] | float) -> bytes:
    """A JPEG of dark ink on white paper under some light, with a sensor's noise."""
    noise = np.random.default_rng(0).normal(0, 4, page.shape)
    return saved(np.clip(light * (1 - 0.7 * page) + noise, 0, 255).astype(np.uint8), "JPEG")


down, right = np.mgrid[0:480, 0:640]
soft_light = 235 - 90 * right / 640 - 40 * down / 480
hard_shadow = np.where(right + 0.6 * down > 520, 0.55 * soft_light, soft_light)
is_table = (right < 60) | (right > 590) | (down < 40) | (down > 450)


def thin_pen(digit_HW: Grey) -> bytes:
    page = Image.new("L", (900, 1200), 240)
    for line in centre_lines(digit_HW):
        ImageDraw.Draw(page).line([(x, y) for x, y in line * 20 + 150], fill=60, width=5)
    return saved(page, "WEBP")


WAYS: dict[str, Callable[[Grey], bytes]] = {
    "white on black": lambda digit: saved(enlarged(digit, 280)),
    "black on white": lambda digit: saved(255 - enlarged(digit, 280)),
    "grey on grey": lambda digit: saved((200 - enlarged(digit, 280) * 0.4).astype(np.uint8)),
    "light grey on grey": lambda digit: saved((60 + enlarged(digit, 280) * 0.4).astype(np.uint8)),
    "soft shadow": lambda digit: photographed(on_page(digit), soft_light),
    "hard shadow": lambda digit: photographed(on_page(digit), hard_shadow),
    "on a dark table": lambda digit: photographed(
        on_page(digit), np.where(is_table, 50, soft_light)
    ),
    "chalk": lambda digit: saved(
        (40 + 0.1 * right + 140 * on_page(digit)).astype(np.uint8), "JPEG"
    ),
    "WebP": lambda digit: saved(255 - enlarged(digit, 200), "WEBP"),
}


def alike(one_HW: Grey, other_HW: Grey) -> float:
    if not (one_HW.any() and other_HW.any()):
        return 0.0
    return float(np.corrcoef(one_HW.ravel(), other_HW.ravel())[0, 1])


@pytest.mark.parametrize("way", WAYS)
def test_paper_and_lighting_do_not_change_the_ink(way: str) -> None:
    images, _ = sample_digits()
    inkings = [ink_from_picture(WAYS[way](image)) for image in images[:10]]
    usual = [ink_from_picture(WAYS["white on black"](image)).ink_HW for image in images[:10]]

    likeness = [alike(i.ink_HW, ink) for i, ink in zip(inkings, usual, strict=True)]

    assert {inking.reason for inking in inkings} == {None}
    assert min(likeness) > 0.88
    assert np.median(likeness) > 0.96


@pytest.mark.parametrize("invert", [0, 255])
def test_a_picture_from_mnist_keeps_its_ink_nearly_unchanged(invert: int) -> None:
    images, _ = sample_digits()

    likeness = [alike(ink_from_picture(saved(image ^ invert)).ink_HW, image) for image in images]

    assert np.median(likeness) > 0.999
    assert np.quantile(likeness, 0.05) > 0.95  # a centre of mass half-way may fall to either side


def test_a_small_digit_on_a_large_page_is_found() -> None:
    images, _ = sample_digits()

    likeness = [
        alike(ink_from_picture(photographed(on_page(image, 90), hard_shadow)).ink_HW, image)
        for image in images[:10]
    ]

    assert np.median(likeness) > 0.8


def test_a_thin_pen_is_thickened() -> None:
    images, _ = sample_digits()

    inks = [ink_from_picture(thin_pen(image)).ink_HW for image in images[:10]]

    assert np.mean(inks) == pytest.approx(images[:10].mean(), rel=0.2)


def test_the_digit_on_a_dark_tile_on_a_light_page_is_found() -> None:
    digit = sample_digits()[0][0]
    page = np.full((400, 600), 255, np.uint8)
    page[60:340, 160:440] = enlarged(digit, 280)

    assert alike(ink_from_picture(saved(page)).ink_HW, digit) > 0.9


@pytest.mark.parametrize("corner", [(8, 8), (232, 8), (8, 232), (232, 232)])
def test_a_digit_in_a_corner_keeps_all_its_strokes(corner: tuple[int, int]) -> None:
    """Some fours have two strokes that do not touch, one of them near the picture's edge."""
    images, labels = sample_digits()
    for image in images[np.isin(labels, (4, 5, 8))][:12]:
        lines = centre_lines(image)
        first = np.concatenate(lines).min(axis=0)
        corner_ink, middle_ink = (
            ink_from_picture(finely_drawn([(line - first) * 3.8 + at for line in lines])).ink_HW
            for at in (corner, (120, 120))
        )
        assert alike(corner_ink, middle_ink) > 0.95


def finely_drawn(lines: list[NDArray[np.float64]]) -> bytes:
    page = Image.new("L", (320, 320), 255)
    for line in lines:
        ImageDraw.Draw(page).line([(x, y) for x, y in line], fill=0, width=2)
    return saved(page)


def test_specks_frames_and_ruled_lines_are_dropped() -> None:
    page = on_page(sample_digits()[0][2])
    clean = ink_from_picture(saved((255 - 255 * page).astype(np.uint8)))
    page[30:33] = page[440:443] = 1  # ruled lines
    page[10:470, 20:26] = 1  # a margin
    page[60:64, 100:104] = page[420:423, 600:603] = 1  # specks

    cluttered = ink_from_picture(saved((255 - 255 * page).astype(np.uint8)))

    assert alike(clean.ink_HW, cluttered.ink_HW) > 0.99


@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 1), (8, 3)])
def test_a_photo_is_turned_upright(orientation: int, turns: int) -> None:
    upright = 255 - enlarged(sample_digits()[0][0], 200)
    exif = Image.Exif()
    exif[0x0112] = orientation

    turned = saved(np.ascontiguousarray(np.rot90(upright, turns)), "JPEG", exif=exif.tobytes())

    assert alike(ink_from_picture(turned).ink_HW, ink_from_picture(saved(upright)).ink_HW) > 0.97


def test_transparent_parts_are_paper() -> None:
    ink = enlarged(sample_digits()[0][0], 200)
    channels = np.zeros((200, 200, 4), np.uint8)
    channels[..., 3] = ink  # black, as opaque as there is ink

    seen = ink_from_picture(saved(channels)).ink_HW

    assert alike(seen, ink_from_picture(saved(255 - ink)).ink_HW) > 0.99


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGB", "I;16", "CMYK"])
def test_every_pixel_mode_is_read(mode: str) -> None:
    grey = 255 - enlarged(sample_digits()[0][0], 200)
    if mode == "I;16":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(grey).convert(mode, dither=Image.Dither.NONE)

    seen = ink_from_picture(saved(picture, "JPEG" if mode == "CMYK" else "PNG"))

    assert alike(seen.ink_HW, ink_from_picture(saved(grey)).ink_HW) > 0.95


def test_the_format_is_recognised_by_content() -> None:
    with pytest.raises(UnsupportedType):
        ink_from_picture(b"%PDF-1.7 digit.png")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedType):
        ink_from_picture(saved(np.zeros((28, 28), np.uint8), kind))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animated_picture_is_refused(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), (shade, shade, shade)) for shade in (0, 90, 255)]

    with pytest.raises(UnsupportedType):
        ink_from_picture(saved(frames[0], kind, save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_cut_picture_is_refused(kind: str) -> None:
    whole = saved(255 - enlarged(sample_digits()[0][0], 280), kind)

    for share in (0.3, 0.9):
        with pytest.raises(BadPicture):
            ink_from_picture(whole[: int(len(whole) * share)])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge, match="8 MB"):
        ink_from_picture(b"\x89PNG\r\n\x1a\n" + bytes(8 * 2**20))


@pytest.mark.parametrize("side", [4097, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_before_decoding(side: int) -> None:
    """The pixels are missing: decoding would report a truncated file."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    size = side.to_bytes(4) * 2 + b"\x08\x00\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(99)))

    with pytest.raises(TooLarge, match="pixels"):
        ink_from_picture(bomb)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_is_empty(level: int) -> None:
    inking = ink_from_picture(saved(np.full((120, 90), level, np.uint8)))

    assert (inking.could_be_digit, inking.reason) == (False, "empty")
    assert not inking.ink_HW.any()


def test_a_photo_of_blank_paper_is_empty() -> None:
    assert ink_from_picture(photographed(np.zeros((480, 640)), soft_light)).reason == "empty"


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (3, 2)])
def test_a_picture_of_very_few_pixels_is_read(size: tuple[int, int]) -> None:
    picture = np.zeros(size, np.uint8)
    picture[0, 0] = 255

    assert ink_from_picture(saved(picture)).ink_HW.shape == (28, 28)


def test_a_dot_is_not_a_digit() -> None:
    page = np.zeros((480, 640))
    page[200:210, 300:310] = 1

    assert ink_from_picture(photographed(page, soft_light)).reason == "dot"


def test_digits_side_by_side_are_not_one_digit() -> None:
    images, _ = sample_digits()
    row = np.concatenate(list(images[:3]), axis=1)

    assert ink_from_picture(saved(255 - row)).reason == "several"


def test_noise_is_not_a_digit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)

    assert not ink_from_picture(saved(noise)).could_be_digit


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_picture_is_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
    damaged = bytearray(saved(255 - sample_digits()[0][0], kind))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        inking = ink_from_picture(bytes(damaged))
    except InkloopError:
        return

    assert inking.ink_HW.shape == (28, 28)
