"""Mypy plugin: what Markdown, HTML and Plotly are given was written in the code, or went through an escape.

Safe is a constant, a number, a value of the type that the place asks for (Markdown, Html or Plain), and what is put
together of these by an f-string, +, or, a conditional, "...".join() or "...".format().

* What Streamlit takes for Markdown or HTML must be safe, and what Markdown(), Html() and Plain() are made of.
* A parameter of the app that is of one of these types takes what is safe.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from mypy import nodes
from mypy.checker import TypeChecker
from mypy.errorcodes import ErrorCode
from mypy.maptype import map_instance_to_supertype
from mypy.plugin import (
    CheckerPluginInterface,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
)
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

MARKDOWN, HTML, PLAIN = (
    "reidviz.ui.widgets.markup.Markdown",
    "reidviz.ui.widgets.markup.Html",
    "reidviz.figures.text.Plain",
)
ESCAPES = {MARKDOWN: "literal()", HTML: "render()", PLAIN: "plain()"}
CODE = ErrorCode("markup", "Text that is not escaped where markup is understood", "reidviz")

ALWAYS = {"body", "caption", "help", "label", "tabs", "text", "title"}
"""Parameters that Streamlit takes for Markdown in whatever it draws, but for AS_IT_IS."""
AS_IT_IS = {("code", "body"), ("json", "body"), ("text", "body")}
ALSO = {
    "__call__": {"show_spinner"},
    "metric": {"delta", "value"},
    "pills": {"options"},
    "radio": {"options"},
    "segmented_control": {"options"},
    "table": {"data"},
    "write": {"args"},
}
"""The others, by the name of the function; of options, what format_func makes of them where there is one."""

A_NUMBER = re.compile(r"\+?0?\d*(,|,?(\.\d+)?[dfeg%])")
"""Formats that no text has."""
NUMBERS = {"builtins.int", "builtins.float", "numpy.number"}

Call: TypeAlias = FunctionContext | MethodContext
Signature: TypeAlias = FunctionSigContext | MethodSigContext


def asks_for(fullname: str, parameter: str | None) -> str | None:
    """The type that a call needs for one of its parameters."""
    if fullname in ESCAPES:
        return fullname
    name = fullname.rpartition(".")[2]
    if (name, parameter) in AS_IT_IS:
        return None
    if (name, parameter) == ("html", "body"):
        return HTML
    return MARKDOWN if parameter in ALWAYS | ALSO.get(name, set()) else None


def is_safe_type(found: Type, wanted: str) -> bool:
    """Whether every value of a type is safe; of a sequence every element, of a function every result."""
    found = get_proper_type(found)
    if isinstance(found, UnionType | TupleType):
        return all(is_safe_type(one, wanted) for one in found.items)
    if isinstance(found, CallableType):
        return is_safe_type(found.ret_type, wanted)
    if not isinstance(found, Instance):
        return isinstance(found, LiteralType | NoneType)
    if found.last_known_value is not None or any(base.fullname in {wanted, *NUMBERS} for base in found.type.mro):
        return True
    iterable = next((base for base in found.type.mro if base.fullname == "typing.Iterable"), None)
    if iterable is None or found.type.fullname == "builtins.str":
        return False
    return is_safe_type(map_instance_to_supertype(found, iterable).args[0], wanted)


def is_safe(text: nodes.Expression, wanted: str, api: CheckerPluginInterface) -> bool:
    """Whether an expression that was checked is safe where a type is wanted."""

    def safe(part: nodes.Expression) -> bool:
        return is_safe(part, wanted, api)

    match text:
        case nodes.StrExpr():
            return True
        case nodes.ConditionalExpr():
            return safe(text.if_expr) and safe(text.else_expr)
        case nodes.OpExpr(op="+" | "or" | "and"):
            return safe(text.left) and safe(text.right)
        case nodes.AssignmentExpr():
            return safe(text.value)
        case nodes.ListExpr() | nodes.TupleExpr():
            return all(safe(item) for item in text.items)
        case nodes.StarExpr():
            return safe(text.expr)
        case nodes.ListComprehension():
            return safe(text.generator.left_expr)
        case nodes.GeneratorExpr():
            return safe(text.left_expr)
        case nodes.LambdaExpr():
            return safe(text.expr())
        case nodes.CallExpr(
            callee=nodes.MemberExpr(expr=nodes.StrExpr(value="{:{}}")), args=[_, nodes.StrExpr(value=written)]
        ) if A_NUMBER.fullmatch(written):  # {value:,} in an f-string
            return True
        case nodes.CallExpr(callee=nodes.MemberExpr(expr=base, name="format" | "join"), args=parts) if safe(base):
            return all(safe(part) for part in parts)
    assert isinstance(api, TypeChecker)
    found = api.lookup_type_or_none(text)  # as it was narrowed where it stands
    return is_safe_type(AnyType(TypeOfAny.unannotated) if found is None else found, wanted)


def must_be_safe(text: nodes.Expression, wanted: str, api: CheckerPluginInterface) -> None:
    """Report a text that is not."""
    if not is_safe(text, wanted, api):
        name = wanted.rpartition(".")[2]
        said = f"Text for {name} must be written in the code or be {name}: escape it with {ESCAPES[wanted]}"
        api.fail(said, text, code=CODE)


def check(fullname: str) -> Callable[[Call], Type]:
    """See to what a function of Streamlit is given, or one of our types."""

    def checked(call: Call) -> Type:
        given = dict(zip(call.callee_arg_names, call.args, strict=True))
        if any(given.get("format_func", ())):
            given["options"] = given["format_func"]
        for parameter, texts in given.items():
            if (wanted := asks_for(fullname, parameter)) is not None:
                for text in texts:
                    must_be_safe(text, wanted, call.api)
        return call.default_return_type

    return checked


def widen(call: Signature) -> FunctionLike:
    """See to what parameters of our types are given, which may be a str then."""
    signature = call.default_signature
    if not isinstance(signature, CallableType):
        return signature
    types = list(signature.arg_types)
    for place, (declared, texts) in enumerate(zip(types, call.args, strict=False)):
        if (wanted := our_type(declared)) is not None and texts:
            for text in texts:
                call.api.get_expression_type(text)
                must_be_safe(text, wanted, call.api)
            types[place] = UnionType.make_union([declared, call.api.named_generic_type("builtins.str", [])])
    return signature.copy_modified(arg_types=types)


def our_type(declared: Type) -> str | None:
    """Markdown, Html or Plain where a parameter is of it, or may be of it."""
    declared = get_proper_type(declared)
    for one in declared.items if isinstance(declared, UnionType) else [declared]:
        one = get_proper_type(one)
        if isinstance(one, Instance) and one.type.fullname in ESCAPES:
            return one.type.fullname
    return None


class Markup(Plugin):
    """Both rules."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """The first rule, for functions."""
        return check(fullname) if fullname.startswith("streamlit.") or fullname in ESCAPES else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """The first rule, for methods of containers."""
        return check(fullname) if fullname.startswith("streamlit.") else None

    def get_function_signature_hook(self, fullname: str) -> Callable[[FunctionSigContext], FunctionLike] | None:
        """The second rule, for functions and dataclasses."""
        return widen if fullname.startswith("reidviz.") and fullname not in ESCAPES else None

    def get_method_signature_hook(self, fullname: str) -> Callable[[MethodSigContext], FunctionLike] | None:
        """The second rule, for methods."""
        return widen if fullname.startswith("reidviz.") else None


def plugin(version: str) -> type[Plugin]:
    """What mypy asks of a plugin."""
    return Markup
