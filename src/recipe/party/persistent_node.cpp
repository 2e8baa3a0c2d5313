// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/kept_node.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/recipes/persistent_node.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;
using Patience = KeptNode::Patience;

constexpr const char* class_name = "PersistentNode";

[[noreturn]] void refuse(PathView path, const char* why) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, class_name, std::string(path), why));
}

/// Checks the path. Throws BadArgumentsError.
std::string checked(const RecipeClient& client, PathView path, const CreateOptions& create) {
    if (create.ttl()) {
        refuse(path, "a node with a time to live is not kept present");
    }
    if (create.is_container() && (create.is_ephemeral() || create.is_sequence())) {
        refuse(path, "a container can be neither ephemeral nor a sequence node");
    }
    if (!create.is_sequence()) {
        return client.checked_path(path);
    }
    auto sequence = check_path(path, true);
    if (!sequence) {
        throw_error(Error(sequence.failure()).operation(class_name).path(std::string(path)));
    }
    if (create.has_unique_name() && sequence->ends_with('/')) {
        refuse(path, "protect_unique_name needs a name before the number");
    }
    return std::move(*sequence);
}

std::shared_ptr<KeptNode> begin(
    const RecipeClient& client,
    PathView path,
    const DataView& data,
    const PersistentNodeOptions& options
) {
    if (data.from_null_pointer()) {
        refuse(path, "the data was made from a null pointer");
    }
    const auto& create = options.create();
    KeptParameters parameters;
    parameters.path = checked(client, path, create);
    parameters.create = create;
    parameters.rules.ephemeral = create.is_ephemeral();
    parameters.rules.named =
        !create.is_sequence() && (!create.is_protected() || create.has_unique_name());
    parameters.rules.take_over = options.takes_over();
    parameters.retry = options.retry();
    parameters.data = data.bytes().value_or(std::string_view());
    parameters.null_data = !data.bytes();
    return KeptNode::begin(
        client, std::move(parameters), {options.on_created(), options.on_error()}
    );
}

CallLimits limits_of(const KeptNode& node, const CallOptions& options) {
    return CallLimits(options, *node.handler(), CallKind::waits);
}

AsyncResult<void> set_kept_data(
    std::shared_ptr<KeptNode> node, const DataView& data, CallLimits limits
) {
    if (data.from_null_pointer()) {
        refuse(node->path().value_or(std::string()), "the data was made from a null pointer");
    }
    const auto generation =
        node->set_data(std::string(data.bytes().value_or(std::string_view())), !data.bytes());
    const auto applied = KeptNode::until_applied(node, generation, limits);
    co_await direct(applied);
}

AsyncResult<void> close_node(std::shared_ptr<KeptNode> node, CallLimits limits) {
    auto removed = KeptNode::until_removed(node, limits);
    static_cast<void>(co_await direct(std::move(removed)));
}

}  // namespace

PersistentNode::PersistentNode(
    KazooClient& client, PathView path, const DataView& data, const PersistentNodeOptions& options
)
    : node_(begin(RecipeClient(client, class_name), path, data, options)) {}

PersistentNode& PersistentNode::operator=(PersistentNode&& other) noexcept {
    if (this != &other) {
        if (node_) {
            node_->stop(true);
        }
        node_ = std::move(other.node_);
    }
    return *this;
}

PersistentNode::~PersistentNode() {
    if (node_) {
        node_->stop(true);
    }
}

AsyncResult<std::string> PersistentNode::wait_for_initial_create_async(const CallOptions& options
) const {
    return KeptNode::until_present(node_, limits_of(*node_, options), Patience::with_node);
}

std::string PersistentNode::wait_for_initial_create(const CallOptions& options) const {
    check_may_block(node_->client());
    return wait_for_initial_create_async(options).get();
}

AsyncResult<void> PersistentNode::set_data_async(const DataView& data, const CallOptions& options) {
    return set_kept_data(node_, data, limits_of(*node_, options));
}

void PersistentNode::set_data(const DataView& data, const CallOptions& options) {
    check_may_block(node_->client());
    set_data_async(data, options).get();
}

std::optional<std::string> PersistentNode::path() const {
    return node_->path();
}

bool PersistentNode::present() const noexcept {
    return node_->present();
}

AsyncResult<void> PersistentNode::close_async(const CallOptions& options) {
    node_->stop(true);
    return close_node(node_, limits_of(*node_, options));
}

void PersistentNode::close(const CallOptions& options) {
    check_may_block(node_->client());
    close_async(options).get();
}

}  // namespace kazoo
