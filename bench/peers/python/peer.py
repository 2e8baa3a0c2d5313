#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's kazoo as a peer of the client benchmark; peer.hpp describes the protocol.

    peer.py HOST:PORT PATH DATA_SIZE WINDOW
"""

import sys
import threading
import time

from kazoo.client import KazooClient

LIMIT_S = 60


class Peer:
    def __init__(self, hosts, path, size, window):
        self.client = KazooClient(hosts=hosts)
        self.path, self.data, self.window = path, b"x" * size, window
        self.client.start()

    def pipelined(self, start, count):
        """Keeps a window of operations in flight; returns their latencies in seconds."""
        latencies = []
        done = threading.Event()
        left = count
        failed = []

        def begin():
            nonlocal left
            left -= 1
            begun = time.perf_counter()
            start().rawlink(lambda result: completed(result, begun))

        def completed(result, begun):
            if not result.successful():
                failed.append(result.exception)
                done.set()
                return
            latencies.append(time.perf_counter() - begun)
            if left > 0:
                begin()
            elif len(latencies) == count:
                done.set()

        for _ in range(min(self.window, count)):
            begin()
        if not done.wait(LIMIT_S) or failed:
            raise RuntimeError(f"operations have failed: {failed[:1]}")
        return latencies

    def blocking_get(self, count):
        latencies = []
        for _ in range(count):
            begun = time.perf_counter()
            self.client.get(self.path)
            latencies.append(time.perf_counter() - begun)
        return latencies

    def perform(self, script, count):
        if script == "pipelined-get":
            return self.pipelined(lambda: self.client.get_async(self.path), count)
        if script == "pipelined-set":
            return self.pipelined(lambda: self.client.set_async(self.path, self.data), count)
        return self.blocking_get(count)

    def turn(self, script, count):
        self.perform(script, (count - 1) // 10 + 1)
        wall, cpu = time.perf_counter(), time.process_time()
        latencies = sorted(self.perform(script, count))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        p50, p99 = (latencies[(count - 1) * percent // 100] * 1e6 for percent in (50, 99))
        return f"{count / wall} {cpu / count * 1e6} {p50} {p99}"


def main(hosts, path, size, window):
    peer = Peer(hosts, path, int(size), int(window))
    print("ready", flush=True)
    for line in sys.stdin:
        script, count = line.split()
        print(peer.turn(script, int(count)), flush=True)
    peer.client.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
