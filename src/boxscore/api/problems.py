"""Errors as application/problem+json: a code, a sentence, a fix; never a stack or a path."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from boxscore.engine.leaving import Abandoned
from boxscore.errors import BoxscoreError, BusyError, RequestError, UnknownRunError

CLIENT_GONE = 499
"""For the record only: nobody is there to read it."""
MEDIA_TYPE = "application/problem+json"
NOT_FOUND = {
    "E-RUN-UNKNOWN", "E-ITEM-UNKNOWN", "E-IMAGE-NONE", "E-PROJECT-UNKNOWN", "E-PROJECT-CHOOSE",
    "E-UPLOAD-UNKNOWN", "E-LABELS-KEY", "E-JOB-UNKNOWN",
}  # fmt: skip
BUSY = {"E-JOBS-MANY", "E-STREAMS-MANY", "E-UPLOAD-MANY"}


def problem_bytes(
    status: int, code: str, detail: str, *, fix: str = "", request_id: str = ""
) -> bytes:
    """The body of an error answer."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "fix": fix,
        "request_id": request_id,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _answer(request: Request, status: int, code: str, detail: str, fix: str = "") -> Response:
    request_id = getattr(request.state, "request_id", "")
    body = problem_bytes(status, code, detail, fix=fix, request_id=request_id)
    return Response(body, status, media_type=MEDIA_TYPE)


def status_of(error: BoxscoreError) -> int:
    """The HTTP status of a deliberate error."""
    if error.code in NOT_FOUND or isinstance(error, UnknownRunError):
        return 404
    if error.code == "E-IMAGE-GONE":
        return 410
    if error.code == "E-UPLOAD-LARGE":
        return 413
    if error.code in BUSY:
        return 429
    if isinstance(error, BusyError) or error.code == "E-IMAGE-CHANGED":
        return 409
    return 400 if isinstance(error, RequestError) else 500


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem document."""

    @app.exception_handler(BoxscoreError)
    def refused(request: Request, error: BoxscoreError) -> Response:
        return _answer(request, status_of(error), error.code, error.problem, error.fix)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        detail = f"{where}: {first['msg']}"
        return _answer(request, 422, "E-QUERY", detail, "correct the parameter")

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        code = f"E-HTTP-{error.status_code}"
        return _answer(request, error.status_code, code, str(error.detail))

    @app.exception_handler(Abandoned)
    def abandoned(_request: Request, _error: Abandoned) -> Response:
        return Response(status_code=CLIENT_GONE)

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        return _answer(request, 500, "E-BUG", f"a bug in boxscore ({type(error).__name__})")
