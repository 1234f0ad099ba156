"""``lianzhang config``."""

from __future__ import annotations

from cyclopts import App

from lianzhang.cli._common import current_flags, emit_json, table
from lianzhang.config import SETTINGS, load_settings
from lianzhang.i18n import Text

app = App(name="config", help="Settings and where they come from.")


@app.command
def show(*, json: bool = False) -> None:
    """Show every setting, its value and where the value came from.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    settings, origins = load_settings(current_flags())
    rows = [(s.name, getattr(settings, s.name), origins[s.name], s.about) for s in SETTINGS]
    if json:
        emit_json({name: {"value": value, "origin": origin} for name, value, origin, _ in rows})
        return
    lang = settings.lang
    table(
        Text("设置", "Settings"),
        [Text("名称", "Name"), Text("值", "Value"), Text("出处", "From"), Text("含义", "Meaning")],
        [(name, str(value), origin, about.get(lang)) for name, value, origin, about in rows],
    )
