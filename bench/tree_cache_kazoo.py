#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The TreeCache of kazoo as a peer of the benchmark of TreeCache; tree_cache_peer.hpp describes the
protocol."""

import sys
import threading
import time

try:
    from kazoo.client import KazooClient
    from kazoo.recipe.cache import TreeCache, TreeEvent
except ImportError:
    print("skipped: the package kazoo of Python is not installed")
    sys.exit()

LIMIT_S = 600


def main(hosts, path, nodes):
    client = KazooClient(hosts=hosts)
    client.start()
    initialized = threading.Event()
    added = 0

    def listener(event):
        nonlocal added
        if event.event_type == TreeEvent.NODE_ADDED:
            added += 1
        elif event.event_type == TreeEvent.INITIALIZED:
            initialized.set()

    cache = TreeCache(client, path)
    cache.listen(listener)
    cache.listen_fault(lambda error: print(f"kazoo's cache: {error!r}", file=sys.stderr))
    begin = time.monotonic()
    cache.start()
    if not initialized.wait(LIMIT_S):
        sys.exit("kazoo's cache was not initialized in time")
    took = time.monotonic() - begin
    if added != int(nodes):
        sys.exit(f"kazoo's cache has {added} nodes instead of {nodes}")
    print(f"{took:.6f}", flush=True)
    sys.stdin.read()  # the cache is kept until the end of the input
    cache.close()
    client.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
