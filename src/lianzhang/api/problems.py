"""Errors as problem objects (RFC 9457), in the language that the request asks for."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lianzhang.api import wording
from lianzhang.api.language import lang_of
from lianzhang.errors import InputError, LianzhangError, UsageError
from lianzhang.i18n import Text

MEDIA = "application/problem+json"
_log = logging.getLogger("lianzhang.api")


class AccessError(UsageError):
    """A token is needed, or the one given does not fit."""

    code = "access"
    http_status = 401
    title = Text("需要令牌", "Token needed")


class RefusedError(UsageError):
    """The request comes from where it must not come from."""

    code = "refused"
    http_status = 403
    title = Text("已拒绝", "Refused")


class NoSuchPageError(UsageError):
    """There is nothing at that address."""

    code = "no-such-page"
    http_status = 404
    title = Text("没有这个地址", "Nothing here")


class MethodError(UsageError):
    """The address does not know this method."""

    code = "method"
    http_status = 405
    title = Text("不支持的方法", "Method not allowed")


class NotAcceptableError(UsageError):
    """None of the formats that the request accepts can be given."""

    code = "not-acceptable"
    http_status = 406
    title = Text("没有可接受的格式", "No acceptable format")


class TooLargeError(InputError):
    """What was sent is larger than the limit."""

    code = "too-large"
    http_status = 413
    title = Text("内容过大", "Too large")


class UnsupportedMediaError(UsageError):
    """What was sent is of a kind that is not read here."""

    code = "unsupported-media"
    http_status = 415
    title = Text("不支持的内容类型", "Unsupported content type")


class InvalidRequestError(InputError):
    """Parameters or body do not fit the description."""

    code = "invalid-request"
    http_status = 422
    title = Text("请求有误", "Invalid request")


class TooManyGuessesError(UsageError):
    """Too many wrong tokens came from one place; further ones are not looked at for a while."""

    code = "too-many-guesses"
    http_status = 429
    title = Text("尝试过多", "Too many attempts")


class BusyError(LianzhangError):
    """Too much is under way."""

    code = "busy"
    http_status = 503
    title = Text("正忙", "Busy")


class FaultError(LianzhangError):
    """A fault of the program."""

    code = "fault"
    http_status = 500
    title = Text("程序出错", "Internal fault")


_BY_STATUS: dict[int, type[LianzhangError]] = {
    400: UsageError,
    401: AccessError,
    403: RefusedError,
    404: NoSuchPageError,
    405: MethodError,
    406: NotAcceptableError,
    413: TooLargeError,
    415: UnsupportedMediaError,
}


class ProblemException(HTTPException):
    """An error of ours where the framework lets only its own through: while a body is read."""

    def __init__(self, problem: LianzhangError) -> None:
        super().__init__(problem.http_status, problem.message.en)
        self.problem = problem


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457)."""

    type: str = Field(description="URN of the kind of error; 错误类型的 URN")
    title: str = Field(description="The kind of error in words; 错误类型")
    status: int = Field(description="HTTP status; HTTP 状态", ge=400, le=599)
    detail: str = Field(description="What happened; 发生了什么")
    code: str = Field(description="Stable code, see the reference of errors; 稳定代码")
    hint: str | None = Field(default=None, description="How to mend it; 怎么办")
    details: dict[str, Any] | None = Field(default=None, description="For programs; 供程序使用")


def problem_response(
    request: Request, error: LianzhangError, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for an error."""
    lang = lang_of(request)
    body = error.to_problem(lang)
    request.state.problem = error.code
    given = {"Content-Language": "zh-CN" if lang == "zh" else "en", "Cache-Control": "no-store"}
    if error.http_status == 401:
        given["WWW-Authenticate"] = 'Bearer realm="lianzhang"'
    if "retry_after_s" in error.details:
        given["Retry-After"] = str(error.details["retry_after_s"])
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, default=str)
    # A name that was asked for may hold what UTF-8 cannot say.
    content = text.encode("utf-8", errors="replace")
    return Response(
        content, status_code=error.http_status, media_type=MEDIA, headers={**given, **(headers or {})}
    )


def install(app: FastAPI) -> None:
    """Answer every error as a problem object."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, LianzhangError)
        if error.http_status >= 500:
            _log.error("%s %s: %s", request.method, request.url.path, error)
        return problem_response(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(request, from_validation(error))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error, ProblemException):
            return problem_response(request, error.problem)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers = {"Allow": _allowed(app, request) or headers.get("Allow", "GET")}
        return problem_response(request, from_status(error.status_code, str(error.detail)), headers)

    async def fault(request: Request, error: Exception) -> Response:
        return problem_response(
            request,
            FaultError(
                Text(
                    "程序内部出错；细节在服务器日志里",
                    "an internal fault; its details are in the server's log",
                ),
                hint=Text("请把日志报告给维护者", "report the log to whoever maintains this server"),
            ),
        )

    app.add_exception_handler(LianzhangError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, fault)


def _allowed(app: FastAPI, request: Request) -> str:
    """The methods of an address as it is described: the router names only those of the first route that fits."""
    for path, item in app.openapi()["paths"].items():
        form = "[^/]+".join(re.escape(part) for part in re.split(r"{\w+}", path))
        if re.fullmatch(form, request.url.path):
            methods = {m.upper() for m in item if m != "parameters"}
            return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return ""


def from_validation(error: RequestValidationError) -> InvalidRequestError:
    """The error for parameters or a body that do not fit; names every place."""
    errors = error.errors()[:20]
    found = [
        {"where": ".".join(str(part) for part in e["loc"]), "problem": e["msg"], "rule": e["type"]}
        for e in errors
    ]
    told = [(wording.where(tuple(e["loc"])), wording.says(e)) for e in errors[:3]]
    return InvalidRequestError(
        Text(
            "；".join(f"{where.zh}：{says.zh}" for where, says in told) or "请求有误",
            "; ".join(f"{where.en}: {says.en}" for where, says in told) or "the request does not fit",
        ),
        hint=Text("参数的说明见 /api/v1/openapi.json", "/api/v1/openapi.json describes every parameter"),
        details={"problems": found},
    )


_STATUS_TEXTS = {
    403: Text("请求被拒绝", "the request was refused"),
    404: Text("没有这个地址", "there is nothing at this address"),
    405: Text("该地址不支持这个方法", "this address does not know this method"),
    413: Text("内容过大", "the body is too large"),
    415: Text("不支持这种内容类型", "this type of content is not read here"),
}


def from_status(status: int, detail: str) -> LianzhangError:
    """The error for a status that the framework raised."""
    kind = _BY_STATUS.get(status)
    if kind is None:
        text = Text(f"请求未能完成（状态 {status}）", f"the request was not completed (status {status})")
        return (FaultError if status >= 500 else UsageError)(text, details={"library": detail})
    text = _STATUS_TEXTS.get(status, Text("请求无法读取", "the request cannot be read"))
    ours = status in (404, 405)
    return kind(text, details={} if ours or not detail else {"library": detail})


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Entries of an operation's description for the problems it may answer with."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    about = {
        400: "The request cannot be read",
        401: "A token is needed",
        403: "Refused: another origin or host",
        404: "No such region, name or address",
        405: "The address does not know this method",
        406: "None of the accepted formats can be given",
        409: "Not computable from what is loaded, or the store is being written",
        413: "More than the limit",
        415: "Not readable as what it claims to be",
        422: "Parameters or body do not fit the description",
        429: "Too many wrong tokens from there",
        500: "The store is damaged, or the program has a fault",
        501: "An optional component is not installed",
        503: "Too much is under way",
    }
    return {s: {"description": about[s], "content": content} for s in statuses}
