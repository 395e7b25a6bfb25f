package dev.freshet.app.demo;

import dev.freshet.cache.Entries;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The last judgement, with nothing changing any more: every cached page equals the database. */
final class LastLook {

  private LastLook() {}

  /** Returns how many pages were cached; what differs is told to the check. */
  static int compare(DemoDatabase database, Entries<String> cache, FreshnessCheck check) {
    int cached = 0;
    try (Connection connection = database.connect()) {
      for (Page page : Page.all()) {
        Optional<CachedPage> entry = cache.peek(page.key()).map(CachedPage::parse);
        if (entry.isEmpty()) {
          continue;
        }
        cached++;
        String now = page.load(connection);
        if (!now.equals(entry.get().body())) {
          check.violation(
              "%s holds \"%s\"; the database says \"%s\""
                  .formatted(page.key(), entry.get().body(), now));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the demo could not compare the cache with Postgres", e);
    }
    return cached;
  }
}
