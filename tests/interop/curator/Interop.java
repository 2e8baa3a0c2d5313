// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;

/**
 * Programs with recipes of Apache Curator, with the arguments and effects of those of
 * interop_recipes: {@code java Interop HOSTS PROGRAM [ARGUMENT...]}.
 */
final class Interop {
    private Interop() {}

    public static void main(String[] arguments) throws Exception {
        String hosts = arguments[0];
        String[] rest = Arrays.copyOfRange(arguments, 2, arguments.length);
        switch (arguments[1]) {
            case "contend": new Contender(hosts, rest).run(); break;
            case "pass-barriers": new BarrierMember(hosts, rest).run(); break;
            case "commands": new Commands(hosts).run(); break;
            default: throw new IllegalArgumentException(arguments[1]);
        }
        System.exit(0);
    }

    /** Returns a client that is connected. Nodes are empty unless a recipe is given data. */
    static CuratorFramework connect(String hosts) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(hosts)
                .sessionTimeoutMs(1000)
                .connectionTimeoutMs(20000)
                .retryPolicy(new RetryOneTime(100))
                .defaultData(new byte[0])
                .build();
        client.start();
        client.blockUntilConnected();
        return client;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static BufferedReader input() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** The file to which all processes of a test append; contest.py describes its lines. */
    static final class Journal {
        private final Path path;
        private final String identifier;

        Journal(String path, String identifier) {
            this.path = Path.of(path);
            this.identifier = identifier;
        }

        void write(String event, String detail) throws IOException {
            byte[] line = bytes(event + " " + identifier + " " + detail + "\n");
            Files.write(path, line, StandardOpenOption.APPEND);
        }
    }
}
