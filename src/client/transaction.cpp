// SPDX-License-Identifier: Apache-2.0
// The public class Transaction: keeps the operations, and passes them on to the coroutines of
// transactions.hpp.
#include "client/client_handle.hpp"
#include "client/transactions.hpp"

#include <kazoo/client.hpp>
#include <kazoo/transaction.hpp>

namespace kazoo {

using detail::client::TransactionStep;

Transaction KazooClient::transaction() const {
    return Transaction(core_);
}

Transaction::Transaction(const std::shared_ptr<detail::client::Core>& core)
    : core_(core), handler_(core->handler()) {}

Transaction::Transaction(const Transaction&) noexcept = default;
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(const Transaction&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

/// Returns the operations for a change: a copy if they are shared.
detail::client::TransactionSteps& Transaction::own_steps() {
    if (!steps_) {
        steps_ = detail::make_ref<detail::client::TransactionSteps>();
    } else if (!steps_->sole_owner()) {
        steps_ = detail::make_ref<detail::client::TransactionSteps>(*steps_);
    }
    return *steps_;
}

std::size_t Transaction::size() const noexcept {
    return steps_ ? steps_->list.size() : 0;
}

namespace {

TransactionStep make_step(TransactionOp kind, PathView path, std::int32_t version) {
    TransactionStep step;
    step.kind = kind;
    step.path = path;
    step.path_from_null_pointer = path.from_null_pointer();
    step.version = version;
    return step;
}

TransactionStep make_create(
    PathView path, const DataView& data, const CreateOptions& create, bool with_stat
) {
    auto step = make_step(TransactionOp::create, path, -1);
    step.data = data.bytes();
    step.data_from_null_pointer = data.from_null_pointer();
    step.options = create;
    step.with_stat = with_stat;
    return step;
}

}  // namespace

Transaction& Transaction::create(
    PathView path, const DataView& data, const CreateOptions& create
) & {
    auto step = make_create(path, data, create, false);
    own_steps().list.push_back(std::move(step));
    return *this;
}

Transaction& Transaction::create_with_stat(
    PathView path, const DataView& data, const CreateOptions& create
) & {
    auto step = make_create(path, data, create, true);
    own_steps().list.push_back(std::move(step));
    return *this;
}

Transaction& Transaction::delete_(PathView path, std::int32_t version) & {
    auto step = make_step(TransactionOp::delete_, path, version);
    own_steps().list.push_back(std::move(step));
    return *this;
}

Transaction& Transaction::set_data(PathView path, const DataView& data, std::int32_t version) & {
    auto step = make_step(TransactionOp::set_data, path, version);
    step.data = data.bytes();
    step.data_from_null_pointer = data.from_null_pointer();
    own_steps().list.push_back(std::move(step));
    return *this;
}

Transaction& Transaction::check(PathView path, std::int32_t version) & {
    auto step = make_step(TransactionOp::check, path, version);
    own_steps().list.push_back(std::move(step));
    return *this;
}

Transaction& Transaction::protect(
    PathView parent, std::string_view id, const CreateOptions& marker
) & {
    own_steps().marker = detail::client::TransactionMarker{
        std::string(parent), std::string(id), marker, parent.from_null_pointer()};
    return *this;
}

namespace {

/// Returns operations that do not change any more. Throws std::bad_alloc.
detail::client::SharedSteps shared(const detail::RefPtr<detail::client::TransactionSteps>& steps) {
    return steps ? steps : detail::make_ref<detail::client::TransactionSteps>();
}

}  // namespace

AsyncResult<TransactionResults> Transaction::commit_async(const CallOptions& options) const {
    return detail::client::with_client<TransactionResults>(
        core_,
        handler_,
        "commit",
        options,
        [this](auto core, const auto& context) {
            return detail::client::commit(std::move(core), shared(steps_), context);
        }
    );
}

TransactionResults Transaction::commit(const CallOptions& options) const {
    return detail::client::call_blocking(core_, options, [&](const auto& bounded) {
        return commit_async(bounded);
    });
}

AsyncResult<bool> Transaction::applied_async(const CallOptions& options) const {
    return detail::client::with_client<bool>(
        core_,
        handler_,
        "applied",
        options,
        [this](auto core, const auto& context) {
            return detail::client::applied(std::move(core), shared(steps_), context);
        }
    );
}

bool Transaction::applied(const CallOptions& options) const {
    return detail::client::call_blocking(core_, options, [&](const auto& bounded) {
        return applied_async(bounded);
    });
}

AsyncResult<void> Transaction::forget_async(const CallOptions& options) const {
    return detail::client::with_client<void>(
        core_,
        handler_,
        "forget",
        options,
        [this](auto core, const auto& context) {
            return detail::client::forget(std::move(core), shared(steps_), context);
        }
    );
}

void Transaction::forget(const CallOptions& options) const {
    detail::client::call_blocking(core_, options, [&](const auto& bounded) {
        return forget_async(bounded);
    });
}

}  // namespace kazoo
