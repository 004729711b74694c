"""How much memory this process takes, and when not to tidy it."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((f"size_{n}", ctypes.c_size_t) for n in range(8)),
        )

    def resident_bytes() -> int:
        """Return how much of memory this process holds now; 0 where nobody tells."""
        counters = _Counters(cb=ctypes.sizeof(_Counters))
        process = ctypes.windll.kernel32.GetCurrentProcess
        process.restype = wintypes.HANDLE
        told = ctypes.windll.kernel32.K32GetProcessMemoryInfo
        told.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Counters), wintypes.DWORD)
        return int(counters.size_1) if told(process(), ctypes.byref(counters), counters.cb) else 0
else:
    import resource

    def resident_bytes() -> int:
        """Return how much of memory this process holds now; 0 where nobody tells."""
        with suppress(OSError, ValueError, IndexError):
            return (
                int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
            )
        return 0


@contextmanager
def no_looking_for_cycles() -> Iterator[None]:
    """Keep Python from searching millions of cells for unreachable cycles: there are none among them."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
