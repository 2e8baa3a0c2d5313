// SPDX-License-Identifier: Apache-2.0

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceInstanceBuilder;
import org.apache.curator.x.discovery.ServiceType;
import org.apache.curator.x.discovery.UriSpec;
import org.apache.curator.x.discovery.details.JsonInstanceSerializer;

/**
 * Registers and lists instances of a service with Curator's ServiceDiscovery. One line from
 * standard input is a command, one line on standard output its answer:
 *
 * <pre>
 * register NAME ID ADDRESS PORT [ssl=PORT] [payload=TEXT] [uri=SPEC] [type=TYPE] [disabled]
 * unregister
 * list NAME     the instances as Curator has read them, separated by " | "
 * bytes NAME    the data of their nodes, separated by " | "
 * </pre>
 */
final class Discovery implements AutoCloseable {
    private final CuratorFramework client;
    private final String base;
    private final ServiceDiscovery<String> discovery;
    private final List<ServiceInstance<String>> registered = new ArrayList<>();

    Discovery(CuratorFramework client, String base, boolean compatible) throws Exception {
        this.client = client;
        this.base = base;
        discovery = ServiceDiscoveryBuilder.builder(String.class)
                .client(client)
                .basePath(base)
                .serializer(new JsonInstanceSerializer<>(String.class, compatible))
                .build();
        discovery.start();
    }

    @Override
    public void close() throws Exception {
        discovery.close();
    }

    String carryOut(String[] words) throws Exception {
        switch (words[0]) {
            case "register":
                registered.add(instance(words));
                discovery.registerService(registered.get(registered.size() - 1));
                return "registered";
            case "unregister":
                for (ServiceInstance<String> instance : registered) {
                    discovery.unregisterService(instance);
                }
                registered.clear();
                return "unregistered";
            case "list":
                return list(words[1]);
            case "bytes":
                return bytes(words[1]);
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static ServiceInstance<String> instance(String[] words) throws Exception {
        ServiceInstanceBuilder<String> builder = ServiceInstance.<String>builder()
                .name(words[1])
                .id(words[2])
                .address(words[3])
                .port(Integer.parseInt(words[4]));
        for (int i = 5; i < words.length; ++i) {
            String[] option = words[i].split("=", 2);
            switch (option[0]) {
                case "ssl": builder.sslPort(Integer.parseInt(option[1])); break;
                case "payload": builder.payload(option[1]); break;
                case "uri": builder.uriSpec(new UriSpec(option[1])); break;
                case "type": builder.serviceType(ServiceType.valueOf(option[1])); break;
                case "disabled": builder.enabled(false); break;
                default: throw new IllegalArgumentException(words[i]);
            }
        }
        return builder.build();
    }

    private String list(String name) throws Exception {
        List<String> lines = new ArrayList<>();
        for (ServiceInstance<String> found : discovery.queryForInstances(name)) {
            String uri = found.getUriSpec() == null ? "null" : found.buildUriSpec();
            lines.add(String.join(" ", found.getName(), found.getId(), found.getAddress(),
                    "port=" + found.getPort(), "ssl=" + found.getSslPort(),
                    "payload=" + found.getPayload(), "time=" + found.getRegistrationTimeUTC(),
                    "type=" + found.getServiceType(), "uri=" + uri,
                    "enabled=" + found.isEnabled()));
        }
        Collections.sort(lines);
        return String.join(" | ", lines);
    }

    private String bytes(String name) throws Exception {
        List<String> lines = new ArrayList<>();
        List<String> children = client.getChildren().forPath(base + "/" + name);
        Collections.sort(children);
        for (String child : children) {
            byte[] data = client.getData().forPath(base + "/" + name + "/" + child);
            lines.add(child + " " + new String(data, StandardCharsets.UTF_8));
        }
        return String.join(" | ", lines);
    }
}
