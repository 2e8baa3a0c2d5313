// SPDX-License-Identifier: Apache-2.0
#include "behaviour/suites.hpp"

#include <string>

namespace kazoo::behaviour {
namespace {

std::string kind_name(const testing::TestParamInfo<HandlerKind>& info) {
    return info.param.name;
}

const auto each_kind = testing::ValuesIn(handler_kinds());
const auto one_of_each = testing::ValuesIn(first_of_each_handler());

}  // namespace

INSTANTIATE_TEST_SUITE_P(Handlers, Results, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Callbacks, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Lanes, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Starting, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Blocking, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Cancellation, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Operations, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Transactions, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, MultiReads, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, MoreOperations, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Access, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Chroots, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Watches, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, LastingWatches, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Listening, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Load, one_of_each, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Life, each_kind, kind_name);

}  // namespace kazoo::behaviour
