import pytest
import torch

from reidviz.models.rows import rows

POSITIONS = torch.tensor([3, 0, 0, 2, 3, 3])


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3, 2)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_rows_and_their_gradient_are_those_of_indexing(shape: tuple[int, ...], layout: torch.memory_format) -> None:
    x = torch.randn(shape, dtype=torch.double)
    if len(shape) == 4:
        x = x.to(memory_format=layout)
    one, other = (x.clone().requires_grad_() for _ in range(2))
    taken, expected = rows(one, POSITIONS), other[POSITIONS]
    assert torch.equal(taken, expected)
    assert len(shape) == 2 or taken.is_contiguous(memory_format=layout)
    weight = torch.randn_like(expected)
    (taken * weight).sum().backward()
    (expected * weight).sum().backward()
    torch.testing.assert_close(one.grad, other.grad)
