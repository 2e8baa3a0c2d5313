// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.retry.RetryNTimes;

/**
 * Carries out commands: one line of the input is a command, {@code <recipe> <path> <argument>...},
 * one line of the output its answer. Each has a thread of its own, because some wait for others.
 */
final class Commands {
    private final CuratorFramework client;
    private final Services services;

    Commands(String hosts) throws Exception {
        client = Interop.connect(hosts);
        services = new Services(client);
    }

    void run() throws Exception {
        BufferedReader input = Interop.input();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            new Thread(() -> {
                try {
                    Interop.say(carryOut(words));
                } catch (Exception error) {
                    Interop.say("failed: " + error);
                }
            }).start();
        }
    }

    private String carryOut(String[] words) throws Exception {
        String path = words[1];
        if (words[0].startsWith("services-")) {
            return services.carryOut(words);
        }
        switch (words[0]) {
            case "lock-curator": lock(path, Interop.bytes(words[2])).acquire(); break;
            case "read-curator": readWrite(path, words[2]).readLock().acquire(); break;
            case "write-curator": readWrite(path, words[2]).writeLock().acquire(); break;
            case "latch-lead": latch(path, words[2]).await(); break;
            case "latch-start": latch(path, words[2]); break;
            case "member-join": join(path, words[2], Interop.bytes(words[3])); break;
            case "barrier-create": new DistributedBarrier(client, path).setBarrier(); break;
            case "value-set": set(path, Interop.bytes(words[2])); break;
            case "counter-int":
                new DistributedAtomicInteger(client, path, new RetryNTimes(10, 10))
                        .add(Integer.parseInt(words[2]));
                break;
            case "counter-long":
                new DistributedAtomicLong(client, path, new RetryNTimes(10, 10))
                        .add(Long.parseLong(words[2]));
                break;
            default: throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    private InterProcessMutex lock(String path, byte[] data) {
        return new InterProcessMutex(client, path) {
            @Override
            protected byte[] getLockNodeBytes() {
                return data;
            }
        };
    }

    private InterProcessReadWriteLock readWrite(String path, String identifier) {
        return new InterProcessReadWriteLock(client, path, Interop.bytes(identifier));
    }

    private LeaderLatch latch(String path, String identifier) throws Exception {
        LeaderLatch latch = new LeaderLatch(client, path, identifier);
        latch.start();
        return latch;
    }

    private void join(String path, String identifier, byte[] data) throws Exception {
        new GroupMember(client, path, identifier, data).start();
        while (client.checkExists().forPath(path + "/" + identifier) == null) {
            Thread.sleep(1);
        }
    }

    private void set(String path, byte[] data) throws Exception {
        SharedValue value = new SharedValue(client, path, new byte[0]);
        value.start();
        value.setValue(data);
    }
}
