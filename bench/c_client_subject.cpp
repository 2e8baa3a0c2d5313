// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"
#include "window.hpp"

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#define THREADED  // required for the header to declare the blocking functions
#include <zookeeper/zookeeper.h>

namespace bench {
namespace {

constexpr int session_timeout_ms = 10'000;  // the default of ClientOptions::timeout
constexpr int any_version = -1;

const char* error_of(int code) {
    return code == ZOK ? nullptr : zerror(code);
}

using Initialise = zhandle_t*(const Target& target, watcher_fn on_event, void* context);

zhandle_t* initialise_plain(const Target& target, watcher_fn on_event, void* context) {
    return zookeeper_init(
        kazoo::to_string(target.server).c_str(), on_event, session_timeout_ms, nullptr, context, 0
    );
}

class CClientSubject final : public Subject {
public:
    CClientSubject(const Target& target, Initialise* initialise) : target_(target) {
        zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
        handle_.reset(initialise(target, on_event, this));
        if (!handle_) {
            throw std::runtime_error("zookeeper_init failed");
        }
        if (connected_.get_future().wait_for(patience) != std::future_status::ready) {
            throw std::runtime_error("not connected in time");
        }
    }

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        slots_.resize(latencies.size());
        for (std::size_t index = 0; index < slots_.size(); ++index) {
            slots_[index] = {this, index};
        }
        const auto get = [this](std::size_t index) {
            return error_of(zoo_aget(handle_.get(), path(), 0, on_data, &slots_[index]));
        };
        const auto set = [this](std::size_t index) {
            return error_of(zoo_aset(
                handle_.get(),
                path(),
                target_.data.data(),
                static_cast<int>(target_.data.size()),
                any_version,
                on_stat,
                &slots_[index]
            ));
        };
        if (operation == Operation::get) {
            window_.emplace(get, target_.window, latencies);
        } else {
            window_.emplace(set, target_.window, latencies);
        }
        window_->run();
    }

    void blocking_get(std::span<Duration> latencies) override {
        std::string data(target_.data.size() + 1, '\0');
        for (auto& latency : latencies) {
            const auto start = Clock::now();
            int size = static_cast<int>(data.size());
            Stat stat{};
            if (const auto* error =
                    error_of(zoo_get(handle_.get(), path(), 0, data.data(), &size, &stat))) {
                throw std::runtime_error(error);
            }
            latency = Clock::now() - start;
        }
    }

private:
    struct Slot {
        CClientSubject* self;
        std::size_t index;
    };
    struct Close {
        void operator()(zhandle_t* handle) const { zookeeper_close(handle); }
    };

    static void on_event(zhandle_t*, int type, int state, const char*, void* context) {
        auto& self = *static_cast<CClientSubject*>(context);
        if (type == ZOO_SESSION_EVENT && state == ZOO_CONNECTED_STATE && !self.was_connected_) {
            self.was_connected_ = true;
            self.connected_.set_value();
        }
    }
    static void on_data(int code, const char*, int, const Stat*, const void* data) {
        completed(data, code);
    }
    static void on_stat(int code, const Stat*, const void* data) { completed(data, code); }
    static void completed(const void* data, int code) {
        const auto& slot = *static_cast<const Slot*>(data);
        slot.self->window_->completed(slot.index, error_of(code));
    }

    [[nodiscard]] const char* path() const { return target_.path.c_str(); }

    const Target& target_;
    std::promise<void> connected_;
    bool was_connected_ = false;  // used on the completion thread only
    std::vector<Slot> slots_;
    std::optional<Window> window_;  // must outlive handle_, which completes pending operations
    std::unique_ptr<zhandle_t, Close> handle_;
};

}  // namespace

std::unique_ptr<Subject> connect_c_client(const Target& target) {
    return std::make_unique<CClientSubject>(target, initialise_plain);
}

#ifdef KAZOO_BENCH_C_CLIENT_TLS
std::unique_ptr<Subject> connect_c_client_tls(const Target& target) {
    const auto initialise = [](const Target& to, watcher_fn on_event, void* context) {
        const auto files = to.secure.authority + ',' + to.secure.certificate + ',' + to.secure.key;
        const auto server = kazoo::to_string(to.secure.server);
        return zookeeper_init_ssl(
            server.c_str(), files.c_str(), on_event, session_timeout_ms, nullptr, context, 0
        );
    };
    return std::make_unique<CClientSubject>(target, initialise);
}
#endif

}  // namespace bench
