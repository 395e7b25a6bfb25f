package dev.freshet.materializer.expression;

import java.time.ZoneId;

/**
 * What outside the row a value depends on.
 *
 * @param zone the session time zone
 * @param caseMapping how the database folds case
 */
public record Session(ZoneId zone, CaseMapping caseMapping) {

  /**
   * How {@code lower}, {@code upper} and ILIKE map letters; a property of the database's locale.
   */
  public enum CaseMapping {
    /** Locale C: ASCII letters alone. */
    ASCII,
    /** libc and builtin locales: letter by letter. */
    SIMPLE,
    /** ICU: by Unicode's full rules, which may change the length. */
    FULL
  }
}
