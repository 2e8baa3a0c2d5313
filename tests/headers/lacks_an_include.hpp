// SPDX-License-Identifier: Apache-2.0
// Refused by design: see CMakeLists.txt beside it.
std::string name();
