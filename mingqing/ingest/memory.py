"""What users decided about tables and columns, kept in the project for the next files with the same columns."""

import json
from dataclasses import replace

from mingqing.ingest.prepare import Options
from mingqing.store.session import Session
from mingqing.store.templates import EXCHANGE, own_templates

_MEMORY = "import/"


def remember(session: Session, options: Options) -> None:
    """Keep the decisions that `options` holds by `header_key`; what was passed over is asked again next time."""
    for key in {*options.tables, *options.mappings}:
        if options.tables.get(key) == "":
            continue
        kept = {"table": options.tables.get(key), "mapping": dict(options.mappings.get(key, {}))}
        session.remember(_MEMORY + key, json.dumps(kept, ensure_ascii=False))


def remembered(session: Session, options: Options | None = None) -> Options:
    """Return `options` with the project's profiles and what was decided before; what they decide themselves stands."""
    options = options or Options()
    kept = {key.removeprefix(_MEMORY): json.loads(text) for key, text in session.recall_all(_MEMORY).items()}
    known = {key: entry for key, entry in kept.items() if entry["table"] in session.catalog.tables}
    return replace(
        options,
        tables={key: entry["table"] for key, entry in known.items()} | dict(options.tables),
        profiles=own_templates(session.info.path, EXCHANGE),
        mappings={key: entry["mapping"] for key, entry in known.items()} | dict(options.mappings),
    )
