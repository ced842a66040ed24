#!/usr/bin/python3
# window.py - reads the running window through the accessible tree, as a screen reader does
# SPDX-License-Identifier: Apache-2.0
"""window.py text ROLE PREFIX      text (name) of the first ROLE whose description or name begins so
window.py describe ROLE PREFIX   its description
window.py place ROLE NAME       x y width height in the window, its shadow left out
window.py wait SECONDS ROLE PREFIX PATTERN   until that text matches
window.py change SECONDS ROLE PREFIX COMMAND...   runs it; prints after how many seconds the text changed"""
import re
import subprocess
import sys
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402


def walk(node):
    yield node
    for n in range(node.get_child_count()):
        child = node.get_child_at_index(n)
        if child:
            yield from walk(child)


def nodes(role):
    desktop = Atspi.get_desktop(0)
    for n in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(n)
        if application and application.get_name() == 'triptych':
            for node in walk(application):
                try:
                    if role in ('any', node.get_role_name()) and is_showing(node):
                        yield node
                except GLib.Error:
                    pass


def is_showing(node):
    return node.get_state_set().contains(Atspi.StateType.VISIBLE)


def find(role, prefix, with_number=False):
    for node in nodes(role):
        name, description = node.get_name() or '', node.get_description() or ''
        if name.startswith(prefix) or description.startswith(prefix):
            if not with_number or re.search(r'\d', name):
                return node
    return None


def place(role, prefix):
    """Of the first that takes up room (what lies on a hidden page has none) and has the very name; else begins so."""
    found = None
    for node in nodes(role):
        name, description = node.get_name() or '', node.get_description() or ''
        if name.startswith(prefix) or description.startswith(prefix):
            box = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
            if box.width > 0 and box.height > 0:
                if prefix in (name, description):
                    return box.x, box.y, box.width, box.height
                found = found or (box.x, box.y, box.width, box.height)
    if found:
        return found
    sys.exit('window.py: no %s "%s" to be seen' % (role, prefix))


def text(role, prefix):
    node = find(role, prefix, with_number=True) or find(role, prefix)
    return node.get_name() if node else None


def wait_for_change(limit, role, prefix, *command):
    """The node is found before, since a walk through the tree takes long; what X needs counts."""
    node = find(role, prefix, with_number=True)
    before = node.get_name()
    start = time.time()
    subprocess.run(command, check=True)
    while time.time() < start + limit:
        node.clear_cache()
        if node.get_name() != before:
            print('%.2f' % (time.time() - start))
            return
        time.sleep(0.01)
    sys.exit('window.py: "%s" stayed %r for %g s' % (prefix, before, limit))


def main():
    command = sys.argv[1]
    if command == 'text':
        found = text(*sys.argv[2:4])
        if found is None:
            sys.exit('window.py: no %s "%s"' % tuple(sys.argv[2:4]))
        print(found)
    elif command == 'describe':
        node = find(*sys.argv[2:4])
        print(node.get_description())
    elif command == 'place':
        print('%d %d %d %d' % place(*sys.argv[2:4]))
    elif command == 'change':
        wait_for_change(float(sys.argv[2]), *sys.argv[3:])
    elif command == 'wait':
        end = time.time() + float(sys.argv[2])
        found = None
        while time.time() < end:
            try:
                found = text(*sys.argv[3:5])
                if found is not None and re.search(sys.argv[5], found):
                    print(found)
                    return
            except GLib.Error:
                pass
            time.sleep(0.1)
        sys.exit('window.py: waited for "%s" in %s "%s", which says %r'
                 % (sys.argv[5], sys.argv[3], sys.argv[4], found))


main()
