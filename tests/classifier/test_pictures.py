"""What stands in a picture is read on this machine, and no picture costs more than its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator

import pytest
from drawings import ADVERT, PEOPLE, draw, draw_code, forge_png, save
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from classifier.pictures import lettering
from classifier.pictures.decoding import KEPT_PIXELS, MOST_BYTES, decode
from classifier.pictures.reader import PictureReader, Seen
from domain.errors import MissingPart

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><text>0.5</text></svg>'


@pytest.fixture(scope="module")
def pictures() -> Iterator[PictureReader]:
    """One that has had time to load its models, whatever else runs on this machine."""
    with PictureReader(decode_seconds=10, read_seconds=60) as reader:
        yield reader


def squeeze(text: str) -> str:
    """Without the spaces, of which a picture has no certain number."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("form", "options"), [("PNG", {}), ("JPEG", {"quality": 60}), ("WEBP", {}), ("BMP", {}), ("GIF", {})]
)
def test_an_advert_in_a_picture_is_read(pictures: PictureReader, form: str, options: dict[str, int]) -> None:
    """Price and handle that stand in a picture of any usual form are read letter by letter."""
    seen = pictures.look(save(draw(ADVERT), form, **options))
    assert squeeze(seen.text) == squeeze("".join(ADVERT))
    assert seen.whole


def test_light_letters_on_nothing_are_read(pictures: PictureReader) -> None:
    """White letters on a see-through ground are read as well as black ones."""
    seen = pictures.look(save(draw(ADVERT, mode="RGBA", ink="white", paper=(0, 0, 0, 0))))
    assert "chezhu_data88" in seen.text


def test_a_screenshot_of_a_telephone_is_scaled_and_read(pictures: PictureReader) -> None:
    """A tall screenshot is scaled down and its small letters are still read."""
    seen = pictures.look(save(draw(ADVERT, size=40, width=1080, height=2400), "JPEG", quality=80))
    assert squeeze(seen.text) == squeeze("".join(ADVERT))


def test_cells_side_by_side_are_one_line(pictures: PictureReader) -> None:
    """A row of a table is one line of text, so that whose data it is can be told."""
    lines = pictures.look(save(draw(PEOPLE))).text.split("\n")
    assert [squeeze(line) for line in lines] == [squeeze(line) for line in PEOPLE]


@pytest.mark.parametrize("text", ["https://t.me/chezhu_data", "微信 chezhu_data88", "weixin://contacts/profile/x"])
def test_codes_are_read(pictures: PictureReader, text: str) -> None:
    """A QR code says what was written into it, Chinese too, and stands on a line of its own."""
    seen = pictures.look(save(draw(("扫码加我",), code=text)))
    assert seen.codes == (text,)
    assert seen.words.split("\n")[-1] == text
    assert "扫码加我" in seen.text


def test_a_code_on_a_photograph_is_read(pictures: PictureReader) -> None:
    """A code that stands askew on a ground of noise, as JPEG, is read."""
    photograph = Image.effect_noise((900, 700), 40).convert("RGB")
    photograph.paste(draw_code("https://t.me/+AbCdEfGh12").rotate(20, fillcolor=255, expand=True), (300, 200))
    assert pictures.look(save(photograph, "JPEG", quality=70)).codes == ("https://t.me/+AbCdEfGh12",)


def test_the_same_picture_reads_the_same(pictures: PictureReader) -> None:
    """Reading is repeatable, also by another process."""
    data = save(draw(ADVERT, code="https://t.me/chezhu_data"))
    with PictureReader(decode_seconds=10, read_seconds=60) as other:
        assert other.look(data) == pictures.look(data)


def test_a_photograph_without_words_says_nothing(pictures: PictureReader) -> None:
    """No text is made up where there is none."""
    assert pictures.look(save(Image.effect_noise((600, 400), 60).convert("RGB"), "JPEG")) == Seen()


HOSTILE = {
    "nothing": b"",
    "one byte": b"\xff",
    "a page": b"<html><img src=x></html>",
    "svg": SVG,
    "an executable": b"MZ" + bytes(4000),
    "pdf": b"%PDF-1.7\n" + bytes(4000),
    "too many bytes": b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES),
    "30,000 by 30,000 in a header": forge_png(30_000, 30_000),
    "30,000 by 30,000 for real": forge_png(30_000, 30_000, zlib.compress(bytes(90_000_000), 9)),
    "two billion by two billion": forge_png(2**31 - 1, 2**31 - 1),
    "a bomb within the limits": forge_png(5000, 5000, zlib.compress(bytes(200_000_000), 9)),
    "a line": save(Image.new("RGB", (4000, 1))),
    "a dot": save(Image.new("RGB", (1, 1)), "GIF"),
    "a webp canvas of 16,384 by 16,384": b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\x3f\0\xff\x3f\0" + bytes(40),
    "noise behind a jpeg's head": save(Image.new("RGB", (64, 64)), "JPEG")[:200] + os.urandom(2000),
    "noise behind a png's head": save(Image.new("RGB", (64, 64)))[:40] + os.urandom(2000),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_costs_no_more_than_its_time(name: str) -> None:
    """What is broken, huge or no picture says nothing, and soon."""
    with PictureReader() as fresh:
        fresh.look(b"\xff")  # the process is up: its start is paid once, not by a picture
        start = time.monotonic()
        assert fresh.look(HOSTILE[name]).words == ""
        assert time.monotonic() - start < 2.0


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_truncated_picture_is_read_as_far_as_it_came(pictures: PictureReader, form: str) -> None:
    """The rest of a picture that broke off is no fault, and never an exception."""
    data = save(draw(ADVERT, height=900), form)
    for share in (0.02, 0.3, 0.7):
        assert isinstance(pictures.look(data[: int(len(data) * share)]), Seen)
    assert "车主数据" in pictures.look(save(draw(ADVERT), "JPEG", quality=90)[:-900]).text


def test_an_animation_is_its_first_frame(pictures: PictureReader) -> None:
    """Of a GIF with a thousand frames the first one is read."""
    frames = [Image.new("P", (300, 100), number % 250) for number in range(1000)]
    data = save(draw(ADVERT[1:2], width=500), "GIF", save_all=True, append_images=frames)
    assert squeeze(pictures.look(data).text) == squeeze(ADVERT[1])


def test_a_large_picture_is_scaled_before_it_is_looked_at() -> None:
    """However large a picture was, what is looked at has a bounded number of pixels."""
    large = decode(save(Image.new("L", (8000, 8000), 255), "JPEG"))
    assert large is not None
    assert large.width * large.height <= KEPT_PIXELS * 1.01


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), st.integers(0, 300))
def test_decoding_never_raises(noise: bytes, form: str, place: int) -> None:
    """Any bytes, also in the middle of a good picture, give a picture or none."""
    good = save(Image.new("RGB", (40, 40), "red"), form)
    decode(noise)
    decode(good[:place] + noise + good[place:])


def test_a_picture_that_hangs_is_given_up() -> None:
    """A process that does not answer is killed in time, what it said before counts, and another one takes its place."""
    with PictureReader(decode_seconds=0.3, read_seconds=60) as reader:
        reader.look(b"\xff")
        worker = reader._worker
        assert worker
        os.kill(worker.pid, signal.SIGSTOP)
        start = time.monotonic()
        seen = reader.look(save(draw(ADVERT)))
        assert time.monotonic() - start < 1.0
        assert (seen.words, seen.whole) == ("", False)
        assert worker.poll() is not None
    with PictureReader(decode_seconds=10, read_seconds=60) as reader:
        reader.look(b"\xff")
        worker = reader._worker
        assert worker
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert "chezhu_data88" in reader.look(save(draw(ADVERT))).text


def test_time_that_is_up_leaves_what_was_read() -> None:
    """Of a picture that takes too long the codes, and the lines until then, are kept."""
    with PictureReader(decode_seconds=10, read_seconds=0.001) as reader:
        seen = reader.look(save(draw(PEOPLE * 6, code="https://t.me/chezhu_data")))
    assert (seen.codes, seen.whole) == (("https://t.me/chezhu_data",), False)


def test_the_process_ends_with_its_parent() -> None:
    """Closing the reader leaves no process behind; without pictures none is ever started."""
    with PictureReader() as reader:
        assert reader.look(b"") == Seen()
        assert reader._worker is None
        reader.look(b"\xff")
        worker = reader._worker
        assert worker
    assert worker.poll() is not None


def test_models_are_never_looked_for_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model is named by its file; where one is missing that is said, and nothing is fetched."""
    assert all(path.is_file() for path in lettering.find_models().values())
    monkeypatch.setitem(lettering.MODELS, "Rec", "not-there.onnx")
    with pytest.raises(MissingPart):
        lettering.find_models()


def test_nothing_heavy_is_loaded_for_it() -> None:
    """The module that asks loads neither a decoder nor a model."""
    code = "import sys, classifier.pictures.reader; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"PIL", "cv2", "rapidocr", "onnxruntime", "zxingcpp", "numpy"}.isdisjoint(loaded)
