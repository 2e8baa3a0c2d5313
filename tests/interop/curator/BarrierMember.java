// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

/** Passes double barriers as its input says: "enter PATH MEMBERS" or "leave". */
final class BarrierMember {
    private final CuratorFramework client;
    private final Interop.Journal journal;
    private DistributedDoubleBarrier barrier;
    private String path;
    private long session;

    BarrierMember(String hosts, String[] arguments) throws Exception {
        client = Interop.connect(hosts);
        journal = new Interop.Journal(arguments[1], arguments[0]);
    }

    void run() throws Exception {
        BufferedReader input = Interop.input();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("enter")) {
                enter(words[1], Integer.parseInt(words[2]));
            } else {
                leave();
            }
        }
        client.close();
    }

    private void enter(String where, int members) throws Exception {
        path = where;
        barrier = new DistributedDoubleBarrier(client, path, members);
        journal.write("entering", path);
        boolean entered = barrier.enter(20, TimeUnit.SECONDS);
        journal.write(entered ? "entered" : "failed", path);
        session = confirmedSession();
    }

    private void leave() throws Exception {
        journal.write(confirmedSession() == session ? "leaving" : "expired", path);
        boolean left = barrier.leave(20, TimeUnit.SECONDS);
        journal.write(left ? "left" : "failed", path);
    }

    private long confirmedSession() throws Exception {
        client.checkExists().forPath("/");
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }
}
