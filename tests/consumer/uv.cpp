// SPDX-License-Identifier: Apache-2.0
#include <kazoo/handlers/uv.hpp>
#include <kazoo/kazoo.hpp>

#include <uv.h>

#include <cstdio>
#include <memory>

// Links the component, runs a loop with a client on it, and ends.
int main() {
    uv_loop_t* const loop = uv_default_loop();
    const auto handler = std::make_shared<kazoo::SequentialUvHandler>(loop);
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts("127.0.0.1:1").handler(handler));
    zk.start_async();
    zk.stop();
    uv_run(loop, UV_RUN_DEFAULT);
    handler->close();
    uv_run(loop, UV_RUN_DEFAULT);
    std::puts("the loop has ended");
    return uv_loop_close(loop) == 0 ? 0 : 1;
}
