"""The page of the HTTP API, from the OpenAPI document that the app's client is made from too."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

Document = dict[str, Any]
HEAD = """# The HTTP API

Made from the program by `make fix`. Everything that the app shows or does goes through these
routes, so a script can do it too. A running server gives the same as a document for tools: `GET
/openapi.json`.

```sh
boxscore start --no-browser        # prints http://127.0.0.1:8000/?token=TOKEN
curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8000/api/v1/runs/int8/summary?iou=0.5
```

- **The gate**: every route needs the token, as a bearer header or as the cookie that the printed
  address sets; a Host that the server answers to; and no foreign Origin. Anything else is refused
  before the application sees it.
- **Several projects**: a server on a folder of projects takes `/p/ID/api/v1/...`; `GET
  /api/v1/projects` lists the ids.
- **Errors** are `application/problem+json`: `status`, `code` (stable, as on the command line),
  `detail`, `fix`, `request_id`. 400 refused, 401 no token, 404 not there, 409 busy or changed,
  413 too large, 422 a parameter that cannot be, 429 too many at once; 5xx is a bug of ours.
- **Undefined** numbers are `null`. Lists come in pages by `offset` and `limit`, with a `total`.
- A question whose client goes away is given up; what changes something is always done to its end.
- **News**: `GET /api/v1/events` is a stream of server-sent events, `project` when the project was
  changed by anybody, `jobs` when a job went on.
"""


def api_page(openapi: Document) -> str:
    """One section for each sort of route, one table row for each route."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path, verbs in openapi["paths"].items():
        for verb, route in verbs.items():
            groups[route.get("tags", ["other"])[0]].append(_row(path, verb, route))
    sections = [
        f"## {name.capitalize()}\n\n| route | what | parameters |\n|---|---|---|\n"
        + "\n".join(rows)
        for name, rows in groups.items()
    ]
    return HEAD + "\n" + "\n\n".join(sections) + "\n"


def _row(path: str, verb: str, route: Document) -> str:
    asked = [_parameter(one) for one in route.get("parameters", []) if one["in"] == "query"]
    body = route.get("requestBody")
    if body is not None:
        asked.append(_body(body))
    words = " ".join(route.get("description", route["summary"]).split()).replace("|", "\\|")
    return f"| `{verb.upper()} {path}` | {words} | {', '.join(asked)} |"


def _parameter(one: Document) -> str:
    name = f"`{one['name']}`"
    return f"**{name}**" if one.get("required") else name


def _body(body: Document) -> str:
    (content,) = body["content"].values()
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    return f"a `{name}`" if name else "a document"
