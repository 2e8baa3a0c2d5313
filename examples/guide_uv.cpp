// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/asynchronous-usage.md for a libuv loop, on which everything is a callback.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <uv.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

void run(const std::string& hosts) {
    //! [setup]
    uv_loop_t* loop = uv_default_loop();
    auto handler = std::make_shared<kazoo::SequentialUvHandler>(loop);
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(handler));

    // Both return immediately; the operation is sent when there is a connection
    zk.start_async();
    auto children = zk.get_children_async("/");

    children.rawlink([&zk](const kazoo::AsyncResult<std::vector<std::string>>& result) {
        if (result.successful()) {
            std::cout << "children: " << result.get().size() << std::endl;
        } else {
            std::cout << result.result().failure() << std::endl;
        }
        zk.stop();  // does not block on the loop's thread
    });

    uv_run(loop, UV_RUN_DEFAULT);  // until the client has stopped

    handler->close();
    uv_run(loop, UV_RUN_DEFAULT);  // lets libuv close the handler's handle
    uv_loop_close(loop);
    //! [setup]
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
