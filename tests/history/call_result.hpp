// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/node.hpp>
#include <kazoo/transaction_result.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace kazoo::history {

/// Copies the value of a result to its call.
void take(Call& call, const std::string& path);
void take(Call& call, const CreatedNode& node);
void take(Call& call, const NodeData& node);
void take(Call& call, const ZnodeStat& stat);
void take(Call& call, const std::optional<ZnodeStat>& stat);
void take(Call& call, const std::vector<std::string>& children);
void take(Call& call, const ChildrenAndStat& children);
void take(Call& call, bool nothing_new);

/// Copies the error or the value.
template <class T>
void take_result(Call& call, detail::ResultState<T>& state) {
    if (!state.successful()) {
        const auto error = state.error();
        call.error = error.code();
        call.outcome = error.outcome();
    } else if constexpr (!std::is_void_v<T>) {
        take(call, state.value());
    }
}

/// Copies the error or the result of each operation of a transaction to its call.
void take_results(const std::vector<Call*>& calls, detail::ResultState<TransactionResults>& state);

/// Copies the options of a create to its call.
void note(Call& call, const CreateOptions& create);

}  // namespace kazoo::history
