"""The HTTP interface: every word under ``/api/v1/{region}/<word>/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianzhang.api.app import create_api as create_api

__all__ = ["create_api"]


def __getattr__(name: str) -> Any:
    # FastAPI takes a while to import; whoever only looks at the package need not wait for it.
    if name == "create_api":
        from lianzhang.api.app import create_api

        return create_api
    raise AttributeError(name)
