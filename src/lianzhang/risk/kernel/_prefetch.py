"""Ask the processor for a cache line ahead of its use.

A cascade walks the rows of firms in the order in which it meets them, which no hardware prefetcher can foresee; the
firms themselves are known well before. One instruction, no effect on any value.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Prefetch ``array[index]`` for reading into the first cache level. ``index`` need not be in range."""
    if not (isinstance(array, types.Array) and array.ndim == 1 and isinstance(index, types.Integer)):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        layout = context.make_array(signature.args[0])(context, builder, args[0])
        where = context.cast(builder, args[1], signature.args[1], types.intp)
        pointer = builder.gep(layout.data, [where])
        raw = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        i32 = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [raw.type, i32, i32, i32])
        call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(call, [raw, i32(0), i32(3), i32(1)])
        return context.get_dummy_value()

    return types.none(array, index), codegen


prefetch: Any = intrinsic(_prefetch)
