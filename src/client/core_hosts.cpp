// SPDX-License-Identifier: Apache-2.0
// The servers of a client: lists that its user sets, and the questions to its host provider.
#include "client/core.hpp"
#include "client/lane_task.hpp"

#include <kazoo/exceptions.hpp>

#include <new>

namespace kazoo::detail::client {
namespace {

/// A question on its way to the provider.
struct Question {
    HostProvider provider;
    HostAnswer answer;
};

}  // namespace

void Core::set_hosts(std::string_view text, std::optional<bool> randomize, Rebalance rebalance) {
    auto hosts = parse_hosts(text).value();
    if (!hosts.chroot.empty() && hosts.chroot != chroot_.prefix()) {
        throw_error(Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "set_hosts",
            {},
            "the chroot of a client cannot be changed"
        ));
    }
    bool randomizes = false;
    {
        const std::lock_guard lock(life_mutex_);
        hosts_.hosts = hosts.hosts;
        ++host_changes_;
        randomizes = randomize.value_or(options_.randomize_hosts());
        options_.randomize_hosts(randomizes);
    }
    // Without life_mutex_: this may post to the user's executor.
    driver_.with_session([&](session::Session& session, TimePoint now) {
        if (rebalance == Rebalance::yes) {
            session.change_hosts(std::move(hosts.hosts), randomizes, now);
        } else {
            session.set_hosts(std::move(hosts.hosts), randomizes);
        }
        return 0;
    });
}

/// Gives a session that has just started what set_hosts was given since there were `known` changes.
/// set_hosts itself may have found the session of the life before. Repeated until there is nothing
/// new: a list that is set meanwhile must be the last that the session gets.
void Core::use_late_hosts(std::uint64_t known) noexcept {
    constexpr int tries = 3;  // a shortage of memory may be momentary
    for (int failures = 0; failures < tries;) {
        try {
            std::vector<HostPort> hosts;
            bool randomizes = false;
            std::uint64_t latest = 0;
            {
                const std::lock_guard lock(life_mutex_);
                latest = host_changes_;
                if (latest == known) {
                    return;
                }
                hosts = hosts_.hosts;
                randomizes = options_.randomize_hosts();
            }
            driver_.with_session([&](session::Session& session, TimePoint now) {
                session.change_hosts(std::move(hosts), randomizes, now);
                return 0;
            });
            known = latest;
        } catch (const std::bad_alloc&) {
            ++failures;
        }
    }
    log_.write(
        LogLevel::error, "out of memory: a list of set_hosts is not used before the next start"
    );
}

/// Called on the connection's executor. The provider is a function of the user's, so it is called
/// on a lane, where it disturbs no connection.
void Core::ask_for_hosts(std::uint64_t session, std::uint64_t question) {
    auto take = [weak = weak_from_this(), session, question](Hosts hosts, std::string failure) {
        const auto core = weak.lock();
        if (core && !core->in_forked_child()) {
            core->answer_hosts(session, question, std::move(hosts), std::move(failure));
        }
    };
    Question asked{options_.host_provider(), HostAnswer(std::move(take))};
    dispatch_owned(handler_, Lane::session, asked, [](Handler&, Question& now) {
        now.provider.ask(std::move(now.answer));
    });
}

void Core::answer_hosts(
    std::uint64_t session, std::uint64_t question, Hosts hosts, std::string failure
) noexcept {
    session::ProvidedHosts answer;
    answer.in_order = options_.host_provider().in_order();
    answer.failure = std::move(failure);
    if (hosts.chroot.empty() || hosts.chroot == chroot_.prefix()) {
        answer.hosts = std::move(hosts.hosts);
    } else {
        try {
            answer.failure = "its servers have another chroot than the client";
        } catch (const std::bad_alloc&) {
            answer.failure.clear();
        }
    }
    driver_.answer_hosts(session, question, std::move(answer));
}

}  // namespace kazoo::detail::client
