// SPDX-License-Identifier: Apache-2.0

// The Java client as a peer of the client benchmark; peer.hpp describes the protocol.

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

public class Peer {
    private static final int LIMIT_S = 60;

    private final ZooKeeper client;
    private final String path;
    private final byte[] data;
    private final int window;

    private Peer(String hosts, String path, int size, int window) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        this.client = new ZooKeeper(hosts, 10_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        this.path = path;
        this.data = new byte[size];
        this.window = window;
        if (!connected.await(LIMIT_S, TimeUnit.SECONDS)) {
            throw new Exception("not connected in time");
        }
    }

    /** Keeps a window of operations in flight; the event thread of the client starts the others. */
    private class Window {
        private final boolean sets;
        private final long[] latencies;
        private final long[] begun;
        private final CountDownLatch done = new CountDownLatch(1);
        private final int filled;
        private int next;
        private int completed = 0;
        private volatile int error = 0;

        Window(boolean sets, long[] latencies) {
            this.sets = sets;
            this.latencies = latencies;
            this.begun = new long[latencies.length];
            this.filled = Math.min(window, latencies.length);
            this.next = filled;
        }

        void start(int index) {
            begun[index] = System.nanoTime();
            if (sets) {
                client.setData(path, data, -1, (code, p, c, stat) -> complete(index, code), null);
            } else {
                client.getData(path, false, (code, p, c, d, stat) -> complete(index, code), null);
            }
        }

        void complete(int index, int code) {
            latencies[index] = System.nanoTime() - begun[index];
            if (code != KeeperException.Code.OK.intValue()) {
                error = code;
                done.countDown();
            } else if (++completed == latencies.length) {
                done.countDown();
            } else if (next < latencies.length) {
                start(next++);
            }
        }

        void run() throws Exception {
            for (int i = 0; i < filled; ++i) {
                start(i);
            }
            if (!done.await(LIMIT_S, TimeUnit.SECONDS) || error != 0) {
                throw new Exception("operations have failed: " + error);
            }
        }
    }

    private void perform(String script, long[] latencies) throws Exception {
        if (!script.equals("blocking-get")) {
            new Window(script.equals("pipelined-set"), latencies).run();
            return;
        }
        for (int i = 0; i < latencies.length; ++i) {
            long begun = System.nanoTime();
            client.getData(path, false, null);
            latencies[i] = System.nanoTime() - begun;
        }
    }

    private String turn(String script, int count) throws Exception {
        OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        perform(script, new long[(count - 1) / 10 + 1]);
        long[] latencies = new long[count];
        long cpu = system.getProcessCpuTime();
        long wall = System.nanoTime();
        perform(script, latencies);
        wall = System.nanoTime() - wall;
        cpu = system.getProcessCpuTime() - cpu;
        Arrays.sort(latencies);
        return String.format(Locale.ROOT, "%f %f %f %f", count * 1e9 / wall, cpu / 1e3 / count,
            latencies[(count - 1) * 50 / 100] / 1e3, latencies[(count - 1) * 99 / 100] / 1e3);
    }

    public static void main(String[] arguments) throws Exception {
        Peer peer = new Peer(arguments[0], arguments[1], Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]));
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            System.out.println(peer.turn(words[0], Integer.parseInt(words[1])));
        }
        peer.client.close();
    }
}
