// SPDX-License-Identifier: Apache-2.0
#include "client/server_requests.hpp"

#include "client/decode_value.hpp"
#include "client/one_request.hpp"
#include "codec/requests.hpp"

#include <optional>

namespace kazoo::detail::client {
namespace {

constexpr std::string_view config_node = "/zookeeper/config";

constexpr OneRequest<codec::GetEphemeralsRequest, std::vector<std::string>> get_ephemerals_request{
    {"get_ephemerals", decode_paths, nullptr, "get_ephemerals needs ZooKeeper 3.6 or later"}};

constexpr OneRequest<codec::GetAllChildrenNumberRequest, std::int32_t>
    get_all_children_number_request{
        {"get_all_children_number",
         decode_value,
         nullptr,
         "get_all_children_number needs ZooKeeper 3.6 or later"}};

constexpr OneRequest<codec::GetDataRequest, NodeData> get_config_request{
    {"get_config", decode_value}};

constexpr OpKind<std::vector<ClientInfo>> who_am_i_kind{
    "who_am_i", decode_value, nullptr, "who_am_i needs ZooKeeper 3.7 or later"};

constexpr OpKind<NodeData> reconfig_kind{
    "reconfig",
    decode_value,
    nullptr,
    "reconfig needs ZooKeeper 3.5 or later, with reconfigEnabled=true, and an ensemble: a "
    "standalone server has no configuration to change"};

/// Servers distinguish a list that is null from an empty one, which means the same to users.
std::optional<std::string_view> list_or_null(std::string_view list) noexcept {
    return list.empty() ? std::nullopt : std::optional(list);
}

}  // namespace

AsyncResult<std::vector<std::string>> get_ephemerals(
    Core& core, std::string_view prefix, const CallContext& context
) {
    // A prefix is like the path of a sequence node: it may end in a slash or in a part of a name,
    // and "/" in a chroot means what is below it, not what begins with its name.
    constexpr bool sequence = true;
    const auto fill = [](codec::GetEphemeralsRequest&) {};
    return issue(core, get_ephemerals_request, prefix, context, fill, sequence);
}

AsyncResult<std::int32_t> get_all_children_number(
    Core& core, std::string_view path, const CallContext& context
) {
    return issue(core, get_all_children_number_request, path, context);
}

AsyncResult<std::vector<ClientInfo>> who_am_i(Core& core, const CallContext& context) {
    session::RequestSpec call;
    call.op = codec::Opcode::who_am_i;
    return core.call(who_am_i_kind, "", std::move(call), context);
}

AsyncResult<NodeData> get_config(Core& core, const Watcher& watch, const CallContext& context) {
    auto outside = context;
    outside.server_paths = true;
    return issue(core, get_config_request, config_node, watch, outside);
}

AsyncResult<NodeData> reconfig(
    Core& core,
    std::string_view joining,
    std::string_view leaving,
    std::string_view new_members,
    std::int64_t from_config,
    const CallContext& context
) {
    if (!new_members.empty() && !(joining.empty() && leaving.empty())) {
        Error error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "",
            {},
            "new_members replaces the whole list of servers: leave joining and leaving empty"
        );
        return core.refused(reconfig_kind, "", std::move(error));
    }
    codec::ReconfigRequest record;
    record.joining = list_or_null(joining);
    record.leaving = list_or_null(leaving);
    record.new_members = list_or_null(new_members);
    record.cur_config_id = from_config;
    session::RequestSpec call;
    call.op = codec::Opcode::reconfig;
    return core.call(reconfig_kind, "", std::move(call), context, record);
}

}  // namespace kazoo::detail::client
