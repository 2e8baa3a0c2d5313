// SPDX-License-Identifier: Apache-2.0
#include "client/refresh_hosts.hpp"

#include "client/error_text.hpp"
#include "client/session_wait.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::detail::client {
namespace {

const OpKind<void> refresh_kind{"refresh_hosts"};

/// The result of refresh_hosts. Not an operation of the metrics: nothing is sent to a server.
class RefreshHosts final : public SessionWait {
public:
    RefreshHosts(const std::shared_ptr<Core>& core, TimePoint deadline)
        : SessionWait(core, refresh_kind, "", deadline) {}

    void on_reply(const session::ReplyEvent& reply, const ReplyDelivery&) {
        if (!reply.error) {
            succeed();
        } else if (reply.error == ClientErrc::host_provider_failed) {
            fail_with(error_with_text(reply.error, Outcome::not_sent, reason().c_str()));
        } else {
            fail_with(error_with_text(reply.error, Outcome::not_sent, reply.detail));
        }
    }

    bool cancel() override { return withdraw_unsent(); }

private:
    /// Returns why the provider has failed; empty if there is no memory for it.
    [[nodiscard]] std::string reason() const noexcept {
        try {
            const auto client = core();
            return client ? client->with_session([](session::Session& session, TimePoint) {
                return session.provider_failure();
            })
                          : std::string();
        } catch (const std::bad_alloc&) {
            return {};
        }
    }
};

std::optional<Error> obstacle(const Core& core, const CallContext& context) {
    if (auto error = core.early_end(context)) {
        return error;
    }
    if (!core.options().host_provider()) {
        return Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "",
            {},
            "the client has no ClientOptions::host_provider that could be asked"
        );
    }
    return std::nullopt;
}

}  // namespace

AsyncResult<void> refresh_hosts(
    const std::shared_ptr<Core>& core, Rebalance rebalance, const CallOptions& options
) {
    const auto& handler = core->handler();
    const CallContext context(*handler, options, core->options());
    const auto limit = detail::later(handler->now(), core->options().host_provider().timeout());
    const auto operation = detail::make_ref<RefreshHosts>(core, std::min(context.deadline, limit));
    auto result = detail::make_result<void>(operation);
    if (auto error = obstacle(*core, context)) {
        operation->fail_with(std::move(*error));
        return result;
    }
    session::RequestSpec call;
    const auto accepted = core->submit_by(call, [&](session::Session& session) {
        return session.refresh_hosts(owner_of(operation), rebalance == Rebalance::yes);
    });
    if (accepted.error) {
        operation->fail_with(not_accepted_error(accepted.error, core->options().limits()));
        return result;
    }
    operation->begin(accepted.id, context, Outcome::not_sent);
    return result;
}

}  // namespace kazoo::detail::client
