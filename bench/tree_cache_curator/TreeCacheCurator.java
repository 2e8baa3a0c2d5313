// SPDX-License-Identifier: Apache-2.0

// The CuratorCache of Apache Curator as a peer of the benchmark of TreeCache; tree_cache_peer.hpp
// describes the protocol.

import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.retry.RetryForever;

public class TreeCacheCurator {
    private static final int LIMIT_S = 600;
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int RETRY_MS = 100;

    public static void main(String[] arguments) throws Exception {
        String path = arguments[1];
        int nodes = Integer.parseInt(arguments[2]);
        CuratorFramework client = CuratorFrameworkFactory.newClient(
            arguments[0], SESSION_TIMEOUT_MS, SESSION_TIMEOUT_MS, new RetryForever(RETRY_MS));
        client.start();
        client.blockUntilConnected();
        CuratorCache cache = CuratorCache.build(client, path);
        CountDownLatch initialized = new CountDownLatch(1);
        cache.listenable().addListener(
            CuratorCacheListener.builder().forInitialized(initialized::countDown).build());
        long begin = System.nanoTime();
        cache.start();
        if (!initialized.await(LIMIT_S, TimeUnit.SECONDS)) {
            throw new Exception("Curator's cache was not initialized in time");
        }
        long took = System.nanoTime() - begin;
        if (cache.size() != nodes) {
            throw new Exception("Curator's cache has " + cache.size() + " nodes, not " + nodes);
        }
        System.out.println(String.format(Locale.ROOT, "%f", took / 1e9));
        while (System.in.read() >= 0) {
            // The cache is kept until the end of the input.
        }
        cache.close();
        client.close();
    }
}
