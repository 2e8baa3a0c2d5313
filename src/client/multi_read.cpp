// SPDX-License-Identifier: Apache-2.0
// The public classes MultiRead and MultiReadResult.
#include "client/client_handle.hpp"
#include "client/multi_reads.hpp"

#include <kazoo/client.hpp>
#include <kazoo/multi_read.hpp>

#include <utility>

namespace kazoo {

const char* to_string(MultiReadOp op) noexcept {
    return op == MultiReadOp::get ? "get" : "get_children";
}

namespace {

/// Throws the error of a read that has failed, or that of a call for the value of another kind.
[[noreturn]] void throw_no_value(const MultiReadResult& result, const char* wanted) {
    if (!result.successful()) {
        throw_error(result.failure());
    }
    throw_error(Error(
        Errc::bad_arguments,
        Outcome::not_sent,
        wanted,
        result.path(),
        std::string("the read is a ") + to_string(result.kind())
    ));
}

}  // namespace

MultiReadResult::MultiReadResult(MultiReadOp kind, std::string path, Value value) noexcept
    : OperationResult(kind, std::move(path), std::move(value)) {}

const NodeData& MultiReadResult::node() const& {
    const auto* const node = value_if<NodeData>();
    if (node == nullptr) {
        throw_no_value(*this, "node");
    }
    return *node;
}

NodeData MultiReadResult::node() && {
    static_cast<void>(std::as_const(*this).node());
    return std::move(*value_if<NodeData>());
}

const std::vector<std::string>& MultiReadResult::children() const& {
    const auto* const children = value_if<std::vector<std::string>>();
    if (children == nullptr) {
        throw_no_value(*this, "children");
    }
    return *children;
}

std::vector<std::string> MultiReadResult::children() && {
    static_cast<void>(std::as_const(*this).children());
    return std::move(*value_if<std::vector<std::string>>());
}

MultiRead KazooClient::multi_read() const {
    return MultiRead(core_);
}

MultiRead::MultiRead(const std::shared_ptr<detail::client::Core>& core)
    : core_(core), handler_(core->handler()) {}

MultiRead& MultiRead::add(MultiReadOp kind, PathView path) {
    auto& read = reads_.emplace_back(kind, std::nullopt);
    if (!path.from_null_pointer()) {
        read.second = path;
    }
    return *this;
}

AsyncResult<MultiReadResults> MultiRead::read_async(const CallOptions& options) const {
    return detail::client::with_client<MultiReadResults>(
        core_,
        handler_,
        "multi_read",
        options,
        [this](auto core, const auto& context) {
            return detail::client::read_many(std::move(core), reads_, context);
        }
    );
}

MultiReadResults MultiRead::read(const CallOptions& options) const {
    return detail::client::call_blocking(core_, options, [&](const auto& bounded) {
        return read_async(bounded);
    });
}

}  // namespace kazoo
