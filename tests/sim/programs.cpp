#include "programs.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::sim {

AsyncResult<void> increment(SimClient& client, std::string path) {
    for (int tries = 0; tries < 3; ++tries) {
        if (!client.exists()) {
            co_return;
        }
        std::int32_t version = -1;
        try {
            const auto node = co_await client.get(path, false);
            version = node.stat.version;
        } catch (const KazooException&) {
            co_return;
        }
        if (!client.exists()) {
            co_return;
        }
        try {
            co_await client.set(path, version);
            co_return;
        } catch (const BadVersionError&) {
        } catch (const KazooException&) {
            co_return;
        }
    }
}

AsyncResult<void> queue_up(SimClient& client, std::string prefix) {
    try {
        const auto place = CreateOptions().ephemeral().sequence();
        const auto path = co_await client.create(prefix, place);
        if (client.exists()) {
            co_await client.children("/s", true);
        }
        if (client.exists()) {
            co_await client.remove(path);
        }
    } catch (const KazooException&) {
    }
}

AsyncResult<void> swap(SimClient& client, std::string first, std::string second) {
    try {
        const auto one = client.get(first, false);
        const auto other = client.get(second, true);
        const auto node = co_await one;
        co_await other;
        if (client.exists()) {
            const auto written = client.set(first, node.stat.version);
            let_run(client.set(second));
            co_await written;
        }
    } catch (const KazooException&) {
    }
}

void keep_trying(SimClient& client, const std::string& path) {
    if (client.exists()) {
        const auto again = [&client, path] {
            if (!client.exists()) {
                throw_error(Error(ClientErrc::connection_closed));
            }
            return client.create(path, CreateOptions());
        };
        let_run(client.zk().retry_async(again));
    }
}

}  // namespace kazoo::sim
