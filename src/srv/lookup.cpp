// SPDX-License-Identifier: Apache-2.0
// One lookup by c-ares, driven by the thread that wants it.
#include "srv/lookup.hpp"

#include <ares.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <new>

namespace kazoo::srv {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

constexpr int class_internet = 1;
constexpr int type_srv = 33;

/// More records than any ensemble has servers; further ones are ignored.
constexpr std::size_t most_records = 1000;

/// What c-ares reports. Its functions must not be left by an exception.
struct Reply {
    bool done = false;
    int status = ARES_SUCCESS;
    bool no_memory = false;
    std::vector<Record> records;
};

void read_records(Reply& reply, const unsigned char* answer, int size) {
    ares_srv_reply* first = nullptr;
    reply.status = ares_parse_srv_reply(answer, size, &first);
    if (reply.status != ARES_SUCCESS) {
        return;
    }
    const std::unique_ptr<ares_srv_reply, void (*)(void*)> owner(first, ares_free_data);
    for (const auto* one = first; one != nullptr && reply.records.size() < most_records;
         one = one->next) {
        std::string target = one->host != nullptr ? one->host : "";
        if (!target.empty() && target.back() == '.') {
            target.pop_back();
        }
        reply.records.push_back({one->priority, one->weight, one->port, std::move(target)});
    }
}

extern "C" void kazoo_srv_answered(
    void* argument, int status, int, unsigned char* answer, int size
) {
    auto& reply = *static_cast<Reply*>(argument);
    reply.done = true;
    reply.status = status;
    if (status != ARES_SUCCESS) {
        return;
    }
    try {
        read_records(reply, answer, size);
    } catch (const std::bad_alloc&) {
        reply.no_memory = true;
    }
}

/// Initialises c-ares for the process, once. It is never cleaned up, because threads may use it
/// until the end.
int initialised() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    return status;
}

class Channel {
public:
    explicit Channel(const SrvOptions& options) : status_(initialised()) {
        if (status_ != ARES_SUCCESS) {
            return;
        }
        constexpr int tries = 3;
        ares_options values{};
        values.tries = tries;
        // A lost packet must leave time for the next try; c-ares doubles the time of each.
        values.timeout =
            static_cast<int>(std::clamp<milliseconds::rep>(options.timeout().count() / 7, 1, 5'000)
            );
        status_ = ares_init_options(&channel_, &values, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
        ready_ = status_ == ARES_SUCCESS;
        if (ready_ && !options.name_server().empty()) {
            status_ = ares_set_servers_ports_csv(channel_, options.name_server().c_str());
        }
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    /// Calls the callbacks of lookups that are under way.
    ~Channel() {
        if (ready_) {
            ares_destroy(channel_);
        }
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    void search(const std::string& name, Reply& reply) {
        ares_search(channel_, name.c_str(), class_internet, type_srv, kazoo_srv_answered, &reply);
    }
    void cancel() { ares_cancel(channel_); }

    /// Waits for something to do, until `deadline` at most, and does it.
    void work(Time deadline) {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        const auto wanted = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
        const auto bits = static_cast<unsigned>(wanted);
        std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
        nfds_t count = 0;
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            const bool reads = (bits >> i & 1U) != 0;
            const bool writes = (bits >> (i + ARES_GETSOCK_MAXNUM) & 1U) != 0;
            if (reads || writes) {
                polled[count].fd = sockets[i];
                polled[count].events =
                    static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
                ++count;
            }
        }
        if (::poll(polled.data(), count, patience(deadline)) <= 0) {
            return ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        }
        for (nfds_t i = 0; i < count; ++i) {
            const auto happened = static_cast<unsigned>(polled[i].revents);
            if (happened != 0) {
                const bool writable = (happened & POLLOUT) != 0;
                const bool readable = (happened & ~static_cast<unsigned>(POLLOUT)) != 0;
                ares_process_fd(
                    channel_,
                    readable ? polled[i].fd : ARES_SOCKET_BAD,
                    writable ? polled[i].fd : ARES_SOCKET_BAD
                );
            }
        }
    }

private:
    /// Returns how long to wait, in milliseconds: until the next try of c-ares.
    [[nodiscard]] int patience(Time deadline) const {
        const auto left =
            std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto most = std::clamp<milliseconds::rep>(left.count(), 0, 60'000);
        timeval limit{};
        limit.tv_sec = most / 1000;
        limit.tv_usec = static_cast<suseconds_t>(most % 1000 * 1000);
        timeval next{};
        const auto* const due = ares_timeout(channel_, &limit, &next);
        return static_cast<int>(due->tv_sec * 1000 + (due->tv_usec + 999) / 1000);
    }

    ares_channel channel_ = nullptr;
    bool ready_ = false;
    int status_;
};

std::string failure_text(const std::string& name, int status, const SrvOptions& options) {
    const auto what = "the lookup of the SRV records of " + name + " has failed: ";
    if (status == ARES_ECANCELLED) {
        return what + "no answer within " + std::to_string(options.timeout().count()) + " ms";
    }
    return what + ares_strerror(status);
}

}  // namespace

Found look_up(const std::string& name, const SrvOptions& options) {
    const auto deadline = std::chrono::steady_clock::now() + options.timeout();
    Reply reply;  // outlives the channel, which may still call back when it is destroyed
    Channel channel(options);
    if (channel.status() != ARES_SUCCESS) {
        return {{}, failure_text(name, channel.status(), options)};
    }
    channel.search(name, reply);
    while (!reply.done) {
        if (std::chrono::steady_clock::now() >= deadline) {
            channel.cancel();
            break;
        }
        channel.work(deadline);
    }
    if (reply.no_memory) {
        throw std::bad_alloc();
    }
    if (reply.status != ARES_SUCCESS) {
        return {{}, failure_text(name, reply.status, options)};
    }
    const bool any = std::any_of(reply.records.begin(), reply.records.end(), [](const Record& one) {
        return !one.target.empty() && one.port != 0;
    });
    if (!any) {
        return {{}, "the SRV records of " + name + " name no server: there is no such service"};
    }
    return {std::move(reply.records), {}};
}

}  // namespace kazoo::srv
