// SPDX-License-Identifier: Apache-2.0

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/**
 * Holds a lock again and again, until the input ends: KIND PATH IDENTIFIER JOURNAL. KIND is lock
 * (InterProcessMutex), read or write (InterProcessReadWriteLock).
 */
final class Contender {
    private final String hosts;
    private final String kind;
    private final String path;
    private final String identifier;
    private final String marker;
    private final Interop.Journal journal;
    private final Random random = new Random();
    private volatile boolean stopped;

    Contender(String hosts, String[] arguments) {
        this.hosts = hosts;
        kind = arguments[0];
        path = arguments[1];
        identifier = arguments[2];
        marker = path + "-inside/" + kind + "-" + identifier;
        journal = new Interop.Journal(arguments[3], identifier);
    }

    void run() throws Exception {
        Thread worker = new Thread(() -> {
            while (!stopped) {
                // What a session that fails has left behind vanishes with it.
                try (CuratorFramework client = Interop.connect(hosts)) {
                    live(client);
                } catch (Exception error) {
                    System.err.println(error);
                }
            }
        });
        worker.start();
        while (System.in.read() >= 0) {}
        stopped = true;
        worker.join();
    }

    private InterProcessLock recipe(CuratorFramework client) {
        byte[] data = Interop.bytes(identifier);
        if (kind.equals("lock")) {
            return new InterProcessMutex(client, path) {
                @Override
                protected byte[] getLockNodeBytes() {
                    return data;
                }
            };
        }
        InterProcessReadWriteLock lock = new InterProcessReadWriteLock(client, path, data);
        return kind.equals("read") ? lock.readLock() : lock.writeLock();
    }

    private void live(CuratorFramework client) throws Exception {
        InterProcessLock lock = recipe(client);
        while (!stopped) {
            if (!lock.acquire(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not acquired in time");
            }
            stayInside(client, ownNode(client));
            lock.release();
        }
    }

    private String ownNode(CuratorFramework client) throws Exception {
        for (String name : client.getChildren().forPath(path)) {
            String node = path + "/" + name;
            if (isOwn(client, node)) {
                return node;
            }
        }
        throw new IllegalStateException("the node of the lock is gone");
    }

    private boolean isOwn(CuratorFramework client, String node) throws Exception {
        try {
            return Arrays.equals(client.getData().forPath(node), Interop.bytes(identifier));
        } catch (KeeperException.NoNodeException released) {
            return false;
        }
    }

    private void stayInside(CuratorFramework client, String node) throws Exception {
        String token = String.valueOf(client.checkExists().forPath(node).getCzxid());
        client.transaction().forOperations(
                client.transactionOp().check().forPath(node),
                client.transactionOp().create().withMode(CreateMode.EPHEMERAL).forPath(marker));
        List<String> markers = client.getChildren().forPath(path + "-inside");
        journal.write("enter", token + " " + String.join(" ", markers));
        TimeUnit.MICROSECONDS.sleep(random.nextInt(4000));
        journal.write("leave", token);
        client.transaction().forOperations(
                client.transactionOp().check().forPath(node),
                client.transactionOp().delete().forPath(marker));
        journal.write("kept", token);
    }
}
