package dev.freshet.runtime.config;

import java.util.List;

/** A line and a column of the config file, both counted from 1, columns in characters. */
record Place(int line, int column) {
  static final Place START = new Place(1, 1);

  /** The nearest place that an editor can go to; end-of-file marks lie one line beyond the text. */
  Place within(List<String> lines) {
    if (lines.isEmpty()) {
      return START;
    }
    int nearest = Math.max(1, Math.min(line, lines.size()));
    int end = lines.get(nearest - 1).length() + 1;
    return new Place(nearest, nearest < line ? end : Math.max(1, Math.min(column, end)));
  }
}
