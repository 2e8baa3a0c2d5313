// exit_in_callback <kind of handler> local|static|main <hosts>: the example of kazoo's page whose
// callback calls exit, with a client that is a local or a static object. With "main" it is main
// that ends and leaves a static client behind. Ends with status 7 and says nothing.
#include "support/handler_kit.hpp"

#include <kazoo/client.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace {

using namespace std::chrono_literals;

constexpr int wanted_status = 7;

int run(kazoo::KazooClient& zk, bool from_callback) {
    zk.start(10s);
    if (!from_callback) return zk.exists("/") ? wanted_status : 1;
    zk.get_children_async("/").rawlink([](const auto& result) {
        std::exit(result.successful() ? wanted_status : 1);
    });
    kazoo::Event(nullptr).wait(20s);
    std::cout << "the callback did not end the process\n";
    return 2;
}

}  // namespace

// Known to the thread sanitizer alone: who ends the process in a callback joins no threads.
extern "C" const char* __tsan_default_options() {
    return "report_thread_leaks=0";
}

int main(int argc, char** argv) {
    if (argc != 4) return 3;
    // Never destroyed: whoever calls exit in a callback has no time to shut a loop down.
    static auto* const kit = kazoo::testing_support::handler_kind(argv[1]).make().release();
    const auto options = kazoo::ClientOptions().hosts(argv[3]).handler(kit->handler());
    const std::string_view mode = argv[2];
    if (mode == "local") {
        kazoo::KazooClient zk(options);
        return run(zk, true);
    }
    static kazoo::KazooClient zk(options);
    return run(zk, mode == "static");
}
