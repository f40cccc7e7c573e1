"""JSON lines in, JSON lines out: what `slotkeeper when` and `understand` have in common."""

import json
import sys
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfoNotFoundError


def answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]], **nothing: object) -> None:
    """Write for each line of standard input what `answer` makes of its object, with a "text".

    A line that cannot be read gets `nothing` with an error, and does not stop the others.
    """
    for line in sys.stdin:
        if line.strip():
            answered = _answered(line, answer, nothing)
            sys.stdout.write(json.dumps(answered, ensure_ascii=False) + "\n")


def _answered(
    line: str, answer: Callable[[dict[str, Any]], dict[str, Any]], nothing: dict[str, object]
) -> dict[str, Any]:
    name = None
    try:
        given = json.loads(line)
        name = given.get("id") if isinstance(given, dict) else None
        if isinstance(given, dict) and isinstance(given.get("text"), str):
            return answer(given)
        told = "no text" if isinstance(given, dict) else "not a JSON object"
    except ZoneInfoNotFoundError:
        told = f"no such zone: {given['tz']}"
    except KeyError as error:
        told = f"no {error.args[0]}"
    except (ValueError, TypeError, AttributeError, OSError) as error:
        told = str(error)
    return {"id": name, **nothing, "error": told}
