package dev.freshet.materializer.sql;

import dev.freshet.materializer.sql.parse.Query;
import org.jspecify.annotations.Nullable;

/** The queries of WITH clauses that can be seen from a place: the nearest first. Immutable. */
final class Names {

  /** No names. */
  static final Names NONE = new Names(null, null);

  /**
   * A query with a name.
   *
   * @param outer what it sees itself
   */
  record Named(Query.Named query, Names outer) {}

  private final @Nullable Named first;
  private final @Nullable Names rest;

  private Names(@Nullable Named first, @Nullable Names rest) {
    this.first = first;
    this.rest = rest;
  }

  Names with(Query.Named query) {
    return new Names(new Named(query, this), this);
  }

  @Nullable Named find(String name) {
    for (Names at = this; at != null; at = at.rest) {
      if (at.first != null && at.first.query.name().equals(name)) {
        return at.first;
      }
    }
    return null;
  }
}
