"""Which net shows what an initializer does: the one that it is known by, or the first it suits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.config import compose
from initlab.errors import InitlabError
from initlab.running import portray

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from initlab.catalog import Catalog
    from initlab.running import Portrait

__all__ = ["show"]

MLP, RESIDUAL = "model=deep_mlp", "model=residual_mlp model.depth=15"
SCALED = f"{RESIDUAL} +model.children.body.of.scale=scalar"
TRANSFORMER = "model=transformer data=text model.depth=6"
POST_LN = TRANSFORMER.replace("transformer", "post_ln_transformer")
LSTM = "model=lstm data=text"
RNN = f"{LSTM} model.children.body.block=rnn"
CNN = "model=deep_cnn"


def _ruled(match: str, net: str, options: str = "") -> str:
    """Return overrides that give NAME to some parameters of a net whose others are He's."""
    rule = f"+init.rules.this.match={match} +init.rules.this.use.name=NAME"
    return f"+init=he {rule} {options}{net}"


SUITED = (  # tried in this order, strangers' names too
    f"+init=NAME {MLP}",
    f"+init=NAME {RESIDUAL}",
    f"+init=NAME {SCALED}",
    f"+init=NAME {TRANSFORMER}",
    _ruled("hidden.*.weight", CNN),
    _ruled("body.l0_h2h_weight", RNN),
    _ruled("body.l0_h2h_bias", LSTM),
    _ruled("output.bias", MLP),
    _ruled("hidden.*.weight", f"{MLP} +model.children.hidden.of.dtype=complex64"),
)
WAVE = (
    "model=cnn ~model.side model.channels=9 model.children.picture.shape=[1,64] "
    "model.children.conv0.block=conv1d model.children.conv0.kernel_size=16 "
    "model.children.pool0.block=max_pool1d model.children.conv1.block=conv1d "
    "model.children.pool1.block=max_pool1d"
)
LARGER = "docs/larger.safetensors"  # see the page's head
SHARES = "+init.rules.this.use.shares=[5,1,1,1,1,1,1,1,1,1] "
KNOWN: Mapping[str, str] = {
    **dict.fromkeys(
        ("gpt2", "depth_scaled", "small_init", "t_fixup"),
        f"+init=NAME {TRANSFORMER}",
    ),
    **dict.fromkeys(("depth_mup", "completep", "u_mup"), f"+init=NAME {TRANSFORMER} optim=adam"),
    "mimetic": f"+init=NAME {TRANSFORMER}",
    **dict.fromkeys(("deepnorm", "admin"), f"+init=NAME {POST_LN}"),
    **dict.fromkeys(("recurrent", "keras.lstm"), f"+init=NAME {LSTM}"),
    "fourier_features": f"+init=NAME {MLP} model.activation=sin",
    "exact_gain": f"+init=NAME {MLP} model.activation=tanh",
    "siren": f"+init=NAME init.weight.omega=1 {MLP} model.activation=sin",
    "irnn": f"+init=NAME {RNN}",
    **dict.fromkeys(
        ("bilinear", "mxnet.bilinear"),
        _ruled("conv1.weight", "model=cnn model.children.conv1.block=conv2d_transpose"),
    ),
    **dict.fromkeys(("stft", "keras.stft"), _ruled("conv0.weight", WAVE)),
    **dict.fromkeys(
        ("delta_orthogonal", "jax.delta_orthogonal", "conv_orthogonal"),
        _ruled("hidden.*.weight", f"{CNN} model.activation=tanh"),
    ),
    "load": f"+init=NAME init.file={LARGER} model.width=64 model.depth=2",
    "mxnet.load": f"+init=NAME init.weight.param={LARGER} model.width=64 model.depth=2",
    "weight_selection": f"+init=NAME init.weight.file={LARGER} model.width=32 model.depth=2",
    "pretrained_statistics": f"+init=NAME init.weight.file={LARGER} model.width=32 model.depth=2",
    "log_odds": _ruled("output.bias", MLP),
    "log_shares": _ruled("output.bias", MLP, SHARES),
}


def show(catalog: Catalog, name: str) -> tuple[list[str], Portrait]:
    """Return the overrides that show the initializer or calibrator, and its portrait in that net.

    Raises:
        InitlabError: what it has against the first net, when it suits none.
    """
    refusals = []
    for overrides in _candidates(name):
        try:
            spec = compose(overrides, catalog=catalog)
            return overrides, portray(spec)
        except InitlabError as error:
            refusals.append(error)
    raise refusals[0]


def _candidates(name: str) -> Iterator[list[str]]:
    for overrides in (KNOWN[name],) if name in KNOWN else SUITED:
        yield overrides.replace("NAME", name).split()
