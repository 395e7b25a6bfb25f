package dev.freshet.runtime.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A piece of the config file with its place: a text, a list, or a mapping. Immutable. */
sealed interface Node {
  Place place();

  /** What a person would call it. */
  String describe();

  /** The number of levels, 1 for a text. */
  default int height() {
    return 1;
  }

  /** Whether nothing was written, as in {@code key:} or {@code key: null}. */
  default boolean isEmpty() {
    return false;
  }

  /**
   * A scalar.
   *
   * @param plain written without quotes
   * @param masked the text to show instead when the value holds an expanded {@code ${...}}
   */
  record Text(Place place, String value, boolean plain, Optional<String> masked) implements Node {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final int SHOWN = 40; // characters

    Text(Place place, String value, boolean plain) {
      this(place, value, plain, Optional.empty());
    }

    @Override
    public boolean isEmpty() {
      return plain && NULLS.contains(value);
    }

    @Override
    public String describe() {
      if (isEmpty()) {
        return "nothing";
      }
      String shown = masked.orElse(value);
      return "\"" + (shown.length() <= SHOWN ? shown : shown.substring(0, SHOWN) + "…") + "\"";
    }
  }

  /** A scalar whose {@code ${...}} has no value; a problem has been reported for it. */
  record Unresolved(Place place) implements Node {
    @Override
    public String describe() {
      return "a text";
    }
  }

  /** A list. */
  record Items(Place place, List<Node> items) implements Node {
    public Items {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }

    @Override
    public int height() {
      return 1 + items.stream().mapToInt(Node::height).max().orElse(0);
    }
  }

  /** A mapping, in the order of the file; keys are distinct. */
  record Entries(Place place, List<Entry> entries) implements Node {
    public Entries {
      entries = List.copyOf(entries);
    }

    @Override
    public String describe() {
      return "a mapping";
    }

    @Override
    public int height() {
      return 1 + entries.stream().mapToInt(e -> e.value().height()).max().orElse(0);
    }
  }

  /** One key and its value. */
  record Entry(String key, Place keyPlace, Node value) {}
}
