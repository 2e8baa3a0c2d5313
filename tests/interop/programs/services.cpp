// SPDX-License-Identifier: Apache-2.0
// Commands with ServiceDiscovery, as those of curator/Services.java.
#include "services.hpp"

#include <algorithm>
#include <stdexcept>

namespace interop {

namespace {

kazoo::ServiceInstance instance(const Words& words) {
    auto made = kazoo::ServiceInstance(words.at(2)).id(words.at(3)).address(words.at(4));
    for (std::size_t i = 5; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        const auto option = words[i].substr(0, equals);
        const auto value = words[i].substr(equals + 1);
        if (option == "port") {
            made.port(std::stoi(value));
        } else if (option == "ssl") {
            made.ssl_port(std::stoi(value));
        } else if (option == "payload") {
            made.payload('"' + value + '"');
        } else if (option == "uri") {
            made.uri_spec(kazoo::UriSpec(value));
        } else if (option == "time") {
            made.registration_time(
                kazoo::ServiceInstance::Time(std::chrono::milliseconds(std::stoll(value)))
            );
        } else if (words[i] == "type=STATIC") {
            made.type(kazoo::ServiceType::STATIC);
        } else if (words[i] == "type=DYNAMIC_SEQUENTIAL") {
            made.type(kazoo::ServiceType::DYNAMIC_SEQUENTIAL);
        } else {
            throw std::invalid_argument(words[i]);
        }
    }
    return made;
}

std::string text(const std::optional<std::int32_t>& port) {
    return port ? std::to_string(*port) : "null";
}

std::string line_of(const kazoo::ServiceInstance& found) {
    auto payload = found.payload().value_or("null");
    std::erase(payload, '"');
    return found.name() + ' ' + found.id() + ' ' + found.address() + " port=" + text(found.port()) +
           " ssl=" + text(found.ssl_port()) + " payload=" + payload +
           " time=" + std::to_string(found.registration_time().time_since_epoch().count()) +
           " type=" + kazoo::to_string(found.type()) +
           " uri=" + (found.uri_spec() ? found.build_uri() : "null");
}

}  // namespace

std::string Services::carry_out(const std::string& what, const Words& words) {
    auto& made = discoveries_[words.at(1)];
    if (!made) made = std::make_unique<kazoo::ServiceDiscovery>(zk_, words.at(1));
    if (what == "register") {
        made->register_service(instance(words), limit);
        return "done";
    }
    if (what == "unregister") {
        const auto found = made->query_for_instance(words.at(2), words.at(3), limit);
        return found && made->unregister_service(*found, limit) ? "done" : "missing";
    }
    Words lines;
    for (const auto& found : made->query_for_instances(words.at(2), limit)) {
        lines.push_back(line_of(found));
    }
    std::sort(lines.begin(), lines.end());
    std::string list;
    for (const auto& line : lines) list += (list.empty() ? "" : " | ") + line;
    return list;
}

}  // namespace interop
