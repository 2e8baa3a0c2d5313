// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tool {

/// Rows of text in columns that are as wide as their widest cell.
class Table {
public:
    struct Column {
        std::string title;
        bool right = true;  ///< aligned to the right
        std::size_t rank =
            0;  ///< If space lacks, the column of the highest rank is left out first.
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// Adds a row. One with fewer cells than columns is a remark: its last cell is as long as it
    /// is, and the others keep their columns.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    /// Returns the titles and the rows. Columns of rank 0 are never left out.
    [[nodiscard]] std::vector<std::string> lines(std::size_t width) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths() const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Returns the number of characters of a text in UTF-8.
std::size_t characters(const std::string& text) noexcept;
/// Returns at most `width` characters of the text, the last of which is "…" if some are left out.
std::string cut(const std::string& text, std::size_t width);

}  // namespace tool
