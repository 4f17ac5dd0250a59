"""Amounts of memory as people write them."""

from __future__ import annotations

import pytest

from strandline.properties.core.lengths import memory


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1", 1), ("4096", 4096), ("2K", 2048), ("512M", 512 << 20), ("4G", 4 << 30), ("4g", 4 << 30), ("4GiB", 4 << 30)],
)
def test_an_amount_of_memory_is_read_with_its_unit(text: str, amount: int) -> None:
    assert memory(text) == amount


@pytest.mark.parametrize("text", ["", "G", "-1", "4T", "1.5G", "4 G", "0", "0G", "9" * 18 + "G"])
def test_what_is_no_amount_of_memory_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="write 512M or 4G") as caught:
        memory(text)
    assert "\n" not in str(caught.value)
