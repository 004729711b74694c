"""Our side of `benchmarks.drawing`: draws what it is asked for, a line of JSON a request, and says what it cost."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.county import account
from mingqing.access.policy import Policy
from mingqing.render.compose import build_scene
from mingqing.render.fonts import ensure_application, measure
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.store.project import open_project
from mingqing.store.session import Session


def as_role(session: Session, role: str) -> Session:
    """Return a new connection to the same project, of an account that holds `role` for the whole county."""
    policy = Policy.of([role], None, session.catalog, session.login.known)
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


def main() -> None:
    """Answer until there is no request any more. Arguments: project, role, theme."""
    project, role, theme = sys.argv[1:]
    user, password = account()
    ensure_application()
    with open_project(Path(project), user=user, password=password) as opened:
        session = as_role(opened, role)
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "open":
                session.close()
                session = as_role(opened, role)
                answer: dict[str, float] = {}
            else:
                answer = _draw(session, theme, request)
            print(json.dumps(answer), flush=True)
        session.close()


def _draw(session: Session, theme: str, request: Mapping[str, Any]) -> dict[str, float]:
    (x, y), (width, height) = request["center"], request["size"]
    view = Viewport((x, y), request["m_per_px"], (width, height))
    wall, cpu = time.perf_counter(), time.process_time()
    scene = build_scene(session.catalog, session, theme, view, measure=measure if request["labels"] else None)
    image = to_image(scene)
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if request.get("save"):
        image.save(request["save"])
    return cost


if __name__ == "__main__":
    main()
