package dev.freshet.materializer.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query as it was written. */
public record Query(Position at, List<Named> with, Body body) {

  /** {@code name AS (query)} of a WITH clause. */
  public record Named(Position at, String name, List<String> columns, Query query) {}

  /** What a query selects. */
  public sealed interface Body {
    Position at();
  }

  /** SELECT. */
  public record Select(
      Position at,
      boolean distinct,
      List<Item> items,
      List<From> from,
      @Nullable Term where,
      List<Term> groupBy,
      @Nullable Term having)
      implements Body {}

  /** UNION ALL of two. */
  public record Union(Position at, Query left, Query right) implements Body {}

  /**
   * One item of a SELECT list.
   *
   * @param term {@code null} for a star
   * @param qualifier of the star, as in {@code t.*}; empty without
   */
  public record Item(Position at, @Nullable Term term, String qualifier, @Nullable String alias) {}

  /** One item of a FROM clause. */
  public sealed interface From {
    Position at();
  }

  /** A table, a view of a WITH clause. */
  public record Table(Position at, List<String> name, @Nullable String alias, List<String> columns)
      implements From {}

  /** A query in parentheses. */
  public record Derived(Position at, Query query, String alias, List<String> columns)
      implements From {}

  /**
   * A join.
   *
   * @param on {@code null} with USING, and for a cross join
   * @param using column names; empty without
   */
  public record Joined(
      Position at, boolean left, From one, From other, @Nullable Term on, List<String> using)
      implements From {}
}
