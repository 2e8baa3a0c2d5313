// SPDX-License-Identifier: Apache-2.0

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceInstanceBuilder;
import org.apache.curator.x.discovery.ServiceType;
import org.apache.curator.x.discovery.UriSpec;

/**
 * Commands with Curator's ServiceDiscovery and instances whose payload is a text:
 *
 * <pre>
 * services-register BASE NAME ID ADDRESS [port=N] [ssl=N] [payload=TEXT] [uri=SPEC] [type=TYPE]
 *     [time=MILLISECONDS]
 * services-unregister BASE NAME ID
 * services-list BASE NAME     the instances, separated by " | "
 * </pre>
 */
final class Services {
    private final CuratorFramework client;
    private final Map<String, ServiceDiscovery<String>> discoveries = new HashMap<>();

    Services(CuratorFramework client) {
        this.client = client;
    }

    synchronized String carryOut(String[] words) throws Exception {
        ServiceDiscovery<String> discovery = discovery(words[1]);
        switch (words[0]) {
            case "services-register":
                discovery.registerService(instance(words));
                return "done";
            case "services-unregister":
                discovery.unregisterService(discovery.queryForInstance(words[2], words[3]));
                return "done";
            default: return list(discovery, words[2]);
        }
    }

    private ServiceDiscovery<String> discovery(String base) throws Exception {
        ServiceDiscovery<String> discovery = discoveries.get(base);
        if (discovery == null) {
            discovery = ServiceDiscoveryBuilder.builder(String.class)
                    .client(client)
                    .basePath(base)
                    .build();
            discovery.start();
            discoveries.put(base, discovery);
        }
        return discovery;
    }

    private static ServiceInstance<String> instance(String[] words) throws Exception {
        ServiceInstanceBuilder<String> builder = ServiceInstance.<String>builder()
                .name(words[2])
                .id(words[3])
                .address(words[4]);
        for (int i = 5; i < words.length; ++i) {
            String[] option = words[i].split("=", 2);
            switch (option[0]) {
                case "port": builder.port(Integer.parseInt(option[1])); break;
                case "ssl": builder.sslPort(Integer.parseInt(option[1])); break;
                case "payload": builder.payload(option[1]); break;
                case "uri": builder.uriSpec(new UriSpec(option[1])); break;
                case "type": builder.serviceType(ServiceType.valueOf(option[1])); break;
                case "time": builder.registrationTimeUTC(Long.parseLong(option[1])); break;
                default: throw new IllegalArgumentException(words[i]);
            }
        }
        return builder.build();
    }

    private static String list(ServiceDiscovery<String> discovery, String name) throws Exception {
        List<String> lines = new ArrayList<>();
        for (ServiceInstance<String> found : discovery.queryForInstances(name)) {
            String uri = found.getUriSpec() == null ? "null" : found.buildUriSpec();
            lines.add(String.join(" ", found.getName(), found.getId(), found.getAddress(),
                    "port=" + found.getPort(), "ssl=" + found.getSslPort(),
                    "payload=" + found.getPayload(), "time=" + found.getRegistrationTimeUTC(),
                    "type=" + found.getServiceType(), "uri=" + uri));
        }
        Collections.sort(lines);
        return String.join(" | ", lines);
    }
}
