"""Where the arithmetic happens and how precisely: one fixed rule, so that a run can be repeated."""

from cli import Fault, Misuse
from engine.backend import BACKEND, keras

COMPILE = (
    BACKEND == "jax"
)  # by XLA: on TensorFlow that takes longer to compile than it saves, on PyTorch it is not there


def choose(name: str) -> str:
    """Settle on the device called `name` before anything is computed; returns "gpu" or "cpu"."""
    if name not in ("auto", "gpu", "cuda", "cpu"):
        raise Misuse(f"no device {name!r}; use auto, gpu or cpu")
    found = {"tensorflow": tensorflow_device, "jax": jax_device, "torch": torch_device}[BACKEND](name == "cpu")
    if name in ("gpu", "cuda") and found == "cpu":
        raise Fault(f"device {name} is not available to {BACKEND} here; use --device auto (it would take the CPU)")
    return found


def tensorflow_device(only_cpu: bool) -> str:
    """TensorFlow uses a GPU unless it is hidden."""
    import tensorflow as tf  # optional: of three backends one is installed

    if only_cpu:
        tf.config.set_visible_devices([], "GPU")
    return "gpu" if tf.config.get_visible_devices("GPU") else "cpu"


def jax_device(only_cpu: bool) -> str:
    """JAX uses the fastest platform unless one is named."""
    import jax  # optional

    if only_cpu:
        jax.config.update("jax_platforms", "cpu")
    return "cpu" if jax.default_backend() == "cpu" else "gpu"


def torch_device(only_cpu: bool) -> str:
    """Keras on PyTorch uses a GPU (CUDA or Apple's) unless another device is entered."""
    import torch  # optional

    if only_cpu:
        keras.device("cpu").__enter__()  # never left: it holds for all of the process
    return "gpu" if not only_cpu and (torch.cuda.is_available() or torch.backends.mps.is_available()) else "cpu"


def use_precision(name: str, device: str) -> str:
    """Make models that are built from here on compute in "float32" or "bfloat16"; weights stay float32.

    The rule behind "auto", which never measures: bfloat16 on a GPU, float32 on a CPU.
    """
    if name not in ("auto", "float32", "bfloat16"):
        raise Misuse(f"no precision {name!r}; use auto, float32 or bfloat16")
    precision = name if name != "auto" else "bfloat16" if device == "gpu" else "float32"
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    return precision


def ready(model: keras.Model, text: bool) -> keras.Model:
    """Let a model answer, compiled where that pays; returns it.

    On TensorFlow that is text. Elsewhere a graph for each size of batch takes longer to make than it saves, and each
    rounds in its own way.
    """
    model.jit_compile, model.run_eagerly = COMPILE, not COMPILE and not text
    return model


def seed(number: int) -> None:
    """Seed what PyTorch draws in a step, such as dropout; the other backends keep the state of chance in the model."""
    if BACKEND == "torch":
        import torch  # optional

        torch.default_generator.manual_seed(number)  # torch.manual_seed takes longer than a small step
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed(number)
        if torch.backends.mps.is_available():
            torch.mps.manual_seed(number)
