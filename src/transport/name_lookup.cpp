// SPDX-License-Identifier: Apache-2.0
// Lookups of host names. The PendingLookups lists them for the process; an Asker connects a
// NameLookup with the thread that answers it:
//
//     NameLookup --owns--> Asker <--weak-- PendingLookups: "zk1" -> { Asker, Asker }  one thread
//          ^--------weak-----+                   "zk2" -> { Asker }         another thread
#include "transport/name_lookup.hpp"

#include "base/fork_guard.hpp"
#include "base/signal_masked_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::transport {
namespace {

NameLookup::Addresses look_up(const std::string& host, std::error_code& error) {
    try {
        boost::asio::io_context unused;  // required, although resolve() is synchronous
        boost::system::error_code failed;
        auto addresses = boost::asio::ip::tcp::resolver(unused).resolve(host, "", failed);
        error = failed;
        return addresses;
    } catch (const std::system_error& failed) {
        error = failed.code();
    } catch (const std::exception&) {
        error = std::make_error_code(std::errc::not_enough_memory);
    }
    return {};
}

}  // namespace

/// Shared by a NameLookup and the thread that answers it. The NameLookup, and its executor, may be
/// destroyed at any time.
struct NameLookup::Asker {
    explicit Asker(boost::asio::any_io_executor on) : executor(std::move(on)) {}

    /// After this has returned, the executor is not used any more.
    void abandon() {
        std::optional<boost::asio::any_io_executor> ended;  // destroyed without the mutex
        const std::lock_guard lock(mutex);
        ended.swap(executor);
    }

    void answer(std::error_code error, const Addresses& addresses) {
        for (int tries = 0; tries < 500; ++tries) {
            try {
                return post(error, addresses);
            } catch (const std::bad_alloc&) {  // may be momentary; this thread blocks no other
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        }
    }

    /// Posts with the mutex held, so that abandon() waits for a post that is under way.
    void post(std::error_code error, const Addresses& addresses) {
        const std::lock_guard lock(mutex);
        if (executor) {
            boost::asio::post(*executor, [asker = self, error, addresses] {
                if (const auto alive = asker.lock()) {
                    alive->finish(error, addresses);
                }
            });
        }
    }

    std::weak_ptr<NameLookup> self;  // set before the first thread sees this
    std::mutex mutex;
    std::optional<boost::asio::any_io_executor> executor;  // guarded by mutex
};

/// The names that are being looked up in this process, and the askers that wait for each.
/// Thread-safe.
class NameLookup::PendingLookups {
public:
    enum class Joined { waits, is_first, no_room };

    /// Never destroyed, because lookups may outlive main(). A forked child gets another one: the
    /// parent's lookup threads do not exist there, and one of them may have held the mutex.
    static PendingLookups& instance() {
        static std::mutex making;
        static PendingLookups* present = nullptr;
        const std::lock_guard lock(making);
        if (present == nullptr || present->fork_.in_child()) {
            present = new PendingLookups;
        }
        return *present;
    }

    Joined join(const std::string& host, const std::shared_ptr<Asker>& asker) {
        const std::lock_guard lock(mutex_);
        const auto at = names_.find(host);
        if (at != names_.end()) {
            std::erase_if(at->second, [](const auto& one) { return one.expired(); });
            at->second.push_back(asker);
            return Joined::waits;
        }
        if (names_.size() >= limit) {
            return Joined::no_room;
        }
        names_.emplace(host, std::vector<std::weak_ptr<Asker>>{asker});
        return Joined::is_first;
    }

    /// Ends the lookup of a name and gives the answer to all askers that wait for it.
    void answer(const std::string& host, std::error_code error, const Addresses& addresses) {
        std::map<std::string, std::vector<std::weak_ptr<Asker>>>::node_type answered;
        {
            const std::lock_guard lock(mutex_);
            answered = names_.extract(host);
        }
        if (answered.empty()) {
            return;
        }
        for (const auto& one : answered.mapped()) {
            if (const auto asker = one.lock()) {
                asker->answer(error, addresses);
            }
        }
    }

private:
    const base::ForkGuard fork_;
    std::mutex mutex_;
    std::map<std::string, std::vector<std::weak_ptr<Asker>>> names_;  // guarded by mutex_
};

NameLookup::NameLookup(boost::asio::any_io_executor executor, Done done)
    : asker_(std::make_shared<Asker>(std::move(executor))), done_(std::move(done)) {}

NameLookup::~NameLookup() {
    asker_->abandon();
}

void NameLookup::start(const std::string& host) {
    asker_->self = weak_from_this();
    auto& pending = PendingLookups::instance();
    switch (pending.join(host, asker_)) {
        case PendingLookups::Joined::waits:
            return;
        case PendingLookups::Joined::no_room:
            return asker_->post(
                std::make_error_code(std::errc::resource_unavailable_try_again), {}
            );
        case PendingLookups::Joined::is_first:
            break;
    }
    std::error_code no_thread;
    try {
        return base::start_masked_thread(
                   "kazoo-lookup",
                   [&pending, host] {
                       std::error_code error;
                       const auto addresses = look_up(host, error);
                       pending.answer(host, error, addresses);
                   }
        ).detach();
    } catch (const std::system_error& failed) {
        no_thread = failed.code();
    } catch (const std::bad_alloc&) {
        no_thread = std::make_error_code(std::errc::not_enough_memory);
    }
    pending.answer(host, no_thread, {});
}

void NameLookup::finish(std::error_code error, const Addresses& addresses) {
    finished_ = true;
    if (done_) {
        std::exchange(done_, nullptr)(error, addresses);
    }
}

}  // namespace kazoo::transport
