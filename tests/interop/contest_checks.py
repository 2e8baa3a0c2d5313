# SPDX-License-Identifier: Apache-2.0
"""Checks of what processes have done with a recipe.

Each process appends lines "<event> <identifier> <detail>" to one file, the journal, in the order of
the events. A process that holds a lock writes

    enter <identifier> <token> <markers>   when it has created its marker, <kind>-<identifier>
    leave <identifier> <token>             before it deletes its marker
    kept <identifier> <token>              when it has deleted its marker

Token is the czxid of the node of the lock. Markers are created and deleted in transactions that
need this node, and vanish with its session. "kept" therefore proves that the lock was held from
"enter" to "leave", also if the process was stopped for a while: only such holds are compared.

Processes that use queues write

    putting <identifier> <item>, put <identifier> <item>        before and after an item is put
    working <identifier> <item>, done <identifier> <item>       when it is locked, and consumed
    again <identifier> <item>     when it could not be consumed, because its lock was lost
    failed <identifier> <error>   when their session has come to an end

Members of double barriers write "entering", "entered", "leaving", "left" with the path of the
barrier, and "expired" instead of "leaving" if their session has ended inside. The test writes
"killing <identifier>" before it kills a process."""

import collections
import typing

EXCLUSIVE = ("lock", "write")


class Hold(typing.NamedTuple):
    kind: str
    identifier: str
    token: int
    enter: int  # index of the line
    leave: int
    markers: list


def holds_of(lines):
    """Returns the holds that are proved, in the order in which they began."""
    open_holds, holds = {}, []
    for index, (event, identifier, detail) in enumerate(lines):
        if event == "enter":
            token, *markers = detail.split(" ")
            own = [marker for marker in markers if marker.endswith("-" + identifier)]
            kind = own[0].split("-")[0] if own else "none"  # its session has ended
            open_holds[identifier] = Hold(kind, identifier, int(token), index, 0, markers)
        elif event == "leave":
            open_holds[identifier] = open_holds[identifier]._replace(leave=index)
        elif event == "kept":
            holds.append(open_holds.pop(identifier))
    return sorted(holds, key=lambda hold: hold.enter)


def violation(kinds, leases):
    """Returns whether holders of these kinds exclude each other."""
    exclusive = any(kind in EXCLUSIVE for kind in kinds)
    return len(kinds) > (1 if exclusive else leases)


def check_exclusion(case, holds, leases=1000):
    inside = []
    for hold in holds:
        inside = [other for other in inside if other.leave > hold.enter] + [hold]
        case.assertFalse(violation([other.kind for other in inside], leases), inside)
        case.assertFalse(violation([m.split("-")[0] for m in hold.markers], leases), hold)


def check_order(case, holds):
    """Checks that no process has overtaken one for which it had to wait."""
    last = last_exclusive = 0
    for hold in holds:
        exclusive = hold.kind in EXCLUSIVE
        case.assertGreater(hold.token, last if exclusive else last_exclusive, hold)
        last = max(last, hold.token)
        if exclusive:
            last_exclusive = hold.token


def items_of(lines, event):
    return [line.detail for line in lines if line.event == event]


def check_items(case, lines):
    """Checks that each item that was taken had been put, and was taken once."""
    done = collections.Counter(items_of(lines, "done"))
    case.assertEqual([item for item, times in done.items() if times > 1], [], "taken twice")
    case.assertLessEqual(set(done), set(items_of(lines, "putting")))


def check_few_lost(case, lines):
    """A consumer that is killed loses what it has taken and not begun to work on."""
    lost = set(items_of(lines, "put")) - set(items_of(lines, "done"))
    ended = [
        line for line in lines
        if line.event == "failed" or line.event == "killing" and "take" in line.identifier
    ]
    case.assertLessEqual(len(lost), len(ended), lost)


def check_locked_items(case, lines):
    """Checks that no item was lost, and that none was locked by two processes."""
    case.assertEqual(set(items_of(lines, "put")) - set(items_of(lines, "working")), set(), "lost")
    gave_up = {(line.identifier, line.detail) for line in lines if line.event == "again"}
    ended = {line.identifier for line in lines if line.event == "failed"}
    workers = {}
    for event, identifier, item in lines:
        if event == "killing":
            ended.add(identifier)
        elif event == "working":
            before = workers.get(item, identifier)
            case.assertTrue(
                before == identifier or before in ended or (before, item) in gave_up,
                f"{before} and {identifier} work on {item}",
            )
            workers[item] = identifier


def check_barrier(case, lines, members, lax=("python",)):
    """Checks one round of a barrier. Members whose names begin with one of `lax` may leave early:
    kazoo does if it has to look more than once."""
    def first(*events):
        found = {}
        for index, line in enumerate(lines):
            if line.event in events:
                found.setdefault(line.identifier, index)
        return found

    entering, entered = first("entering"), first("entered")
    case.assertGreaterEqual(len(entering), members)
    case.assertGreater(min(entered.values()), sorted(entering.values())[members - 1])
    gone, expired = first("leaving", "killing"), first("expired")
    for name, index in first("left").items():
        if not name.startswith(tuple(lax)):
            for other in entered:
                case.assertTrue(other in expired or gone[other] < index, (name, other))
