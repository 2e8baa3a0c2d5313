// SPDX-License-Identifier: Apache-2.0
/// Durations, clocks and their literals, without the calendar and the streams of <chrono>.
#pragma once

// With libstdc++ <chrono> includes <sstream> and the calendar, which take a twelfth of the time
// that a source with <kazoo/client.hpp> needs to compile.
#if __has_include(<bits/chrono.h>)
#    include <bits/chrono.h>
#else
#    include <chrono>
#endif
