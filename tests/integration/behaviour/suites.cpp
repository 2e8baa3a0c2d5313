#include "behaviour/suites.hpp"

namespace kazoo::behaviour {
namespace {

std::string kind_name(const testing::TestParamInfo<HandlerKind>& info) {
    return info.param.name;
}

const auto each_kind = testing::ValuesIn(handler_kinds());

}  // namespace

INSTANTIATE_TEST_SUITE_P(Handlers, Checklist, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Callbacks, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Blocking, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Cancellation, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Operations, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Access, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Chroots, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Watches, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Listening, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Load, each_kind, kind_name);
INSTANTIATE_TEST_SUITE_P(Handlers, Life, each_kind, kind_name);

}  // namespace kazoo::behaviour
