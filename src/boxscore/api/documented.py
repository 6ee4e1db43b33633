"""The OpenAPI document as the routes really answer: every refusal is a problem document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from boxscore.api.problems import MEDIA_TYPE

PROBLEM = "Problem"
STALE = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of bad parameters, and what is not sent here."""


class Problem(BaseModel):
    """Why a request was refused, and what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stays the same from version to version.")
    fix: str
    request_id: str


def document_refusals(app: FastAPI) -> None:
    """Let `app.openapi()` tell of problem documents beside each good answer."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            plain = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = _with_problems(plain)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in STALE:
        schemas.pop(name, None)
    schemas[PROBLEM] = Problem.model_json_schema()
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = {"description": "Refused", "content": content}
    return document
