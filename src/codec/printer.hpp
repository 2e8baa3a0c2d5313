// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::codec {

/// Builds the one-line text of a record, such as `GetDataRequest{path='/a', watch=false}`, for logs
/// and test failures. Whatever the network has sent, the text contains no control characters, and
/// its length is bounded by the number of fields.
class Printer {
public:
    static constexpr std::size_t data_limit = 64;    // bytes
    static constexpr std::size_t text_limit = 1024;  // bytes
    static constexpr std::size_t elements_limit = 16;

    void open(std::string_view record_name);
    void close();
    void field(std::string_view name);

    void open_list();
    void close_list();
    /// Called before each element. Returns false once `elements_limit` elements have been printed.
    [[nodiscard]] bool element(std::size_t index, std::size_t count);

    void boolean(bool value);
    void number(std::int64_t value);
    void named_number(std::string_view name, std::int64_t value);
    /// Prints a null string as null.
    void text(std::string_view value);
    void data(std::optional<std::string_view> value);
    /// Prints a placeholder, whatever the value is.
    void secret();

    [[nodiscard]] std::string take() noexcept;

private:
    std::string out_;
};

}  // namespace kazoo::codec
