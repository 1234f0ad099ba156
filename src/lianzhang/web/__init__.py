"""The pages: server-rendered, readable without a script, on the same application as the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianzhang.web.app import create_app as create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # FastAPI takes a while to import; whoever only looks at the package need not wait for it.
    if name == "create_app":
        from lianzhang.web.app import create_app

        return create_app
    raise AttributeError(name)
