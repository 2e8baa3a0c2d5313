// SPDX-License-Identifier: Apache-2.0
// exit_in_callback <kind of handler> local|static|quick|main <hosts>: the example of kazoo's page
// in which a callback calls exit, with a local or a static client. With "quick" it calls
// quick_exit; with "main", main returns and leaves a static client. Exits with status 7 and prints
// nothing, unless a fiber calls exit.
#include "support/handler_kit.hpp"

#include <kazoo/client.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>

namespace {

using namespace std::chrono_literals;

constexpr int wanted_status = 7;

int run(kazoo::KazooClient& zk, std::string_view mode) {
    zk.start(10s);
    if (mode == "main") return zk.exists("/") ? wanted_status : 1;
    const auto end = mode == "quick" ? std::quick_exit : std::exit;
    zk.get_children_async("/").rawlink([end](const auto& result) {
        end(result.successful() ? wanted_status : 2);
    });
    kazoo::Event(nullptr).wait(20s);
    std::cout << "the callback did not end the process\n";
    return 4;
}

}  // namespace

// Read by Thread sanitizer: exit in a callback leaves threads unjoined.
extern "C" const char* __tsan_default_options() {
    return "report_thread_leaks=0";
}

int main(int argc, char** argv) {
    if (argc != 4) return 3;
    // Never destroyed: exit in a callback cannot wait for a loop to shut down.
    static auto* const kit = kazoo::testing_support::handler_kind(argv[1]).make().release();
    const auto options = kazoo::ClientOptions().hosts(argv[3]).handler(kit->handler());
    const std::string_view mode = argv[2];
    if (mode == "local") {
        kazoo::KazooClient zk(options);
        return run(zk, mode);
    }
    static kazoo::KazooClient zk(options);
    return run(zk, mode);
}
