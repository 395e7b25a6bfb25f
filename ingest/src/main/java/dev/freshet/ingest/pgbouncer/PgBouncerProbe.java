package dev.freshet.ingest.pgbouncer;

import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Probe;
import dev.freshet.runtime.health.Reading;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pools of a PgBouncer, as its admin console tells them to one of its {@code stats_users}: four
 * SHOW commands a look. Of more pools than are told, the fullest are.
 */
public final class PgBouncerProbe implements Probe {

  /** The console's own database, whose pool serves nobody. */
  private static final String CONSOLE = "pgbouncer";

  private static final int NONCE_BITS = 144;

  private final PostgresConnection pgbouncer;
  private final SecureRandom random = new SecureRandom();
  private @Nullable AdminConsole console;

  /**
   * @param pgbouncer how to reach the admin console
   */
  public PgBouncerProbe(PostgresConnection pgbouncer) {
    this.pgbouncer = pgbouncer;
  }

  @Override
  public String component() {
    return "pgbouncer";
  }

  @Override
  public String instance() {
    return "%s:%d".formatted(pgbouncer.host(), pgbouncer.port());
  }

  @Override
  public List<Reading> read() throws IOException {
    try {
      AdminConsole open = connected();
      List<Reading> found = new ArrayList<>();
      pools(open.show("POOLS"), sizes(open.show("DATABASES")), found);
      clients(open.show("LISTS"), open.show("CONFIG"), found);
      return found;
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private AdminConsole connected() throws IOException {
    AdminConsole known = console;
    if (known == null) {
      known = AdminConsole.open(pgbouncer, new BigInteger(NONCE_BITS, random).toString(36));
      console = known;
    }
    return known;
  }

  private static Map<String, Double> sizes(List<Map<String, String>> databases) {
    Map<String, Double> sizes = new HashMap<>();
    databases.forEach(row -> sizes.put(row.getOrDefault("name", ""), number(row, "pool_size")));
    return sizes;
  }

  /**
   * @param used of the pool's server connections, 0 to 1 and above with a reserve
   */
  private record Pool(String name, double used, double waiting, double waitSeconds) {}

  private static void pools(
      List<Map<String, String>> rows, Map<String, Double> sizes, List<Reading> found) {
    List<Pool> pools = new ArrayList<>();
    for (Map<String, String> row : rows) {
      String database = row.getOrDefault("database", "");
      if (!database.equals(CONSOLE)) {
        pools.add(
            new Pool(
                database + "/" + row.getOrDefault("user", ""),
                number(row, "sv_active") / Math.max(1, sizes.getOrDefault(database, 1.0)),
                number(row, "cl_waiting"),
                number(row, "maxwait") + number(row, "maxwait_us") / 1e6));
      }
    }
    pools.sort(
        Comparator.comparingDouble(Pool::waiting).thenComparingDouble(Pool::used).reversed());
    for (Pool pool : pools.subList(0, Math.min(pools.size(), MOST_OF_A_KIND))) {
      found.add(Reading.of(Figure.PGBOUNCER_POOL_USED_RATIO, "pool", pool.name, pool.used));
      found.add(Reading.of(Figure.PGBOUNCER_WAITING_CLIENTS, "pool", pool.name, pool.waiting));
      found.add(Reading.of(Figure.PGBOUNCER_WAIT_SECONDS, "pool", pool.name, pool.waitSeconds));
    }
  }

  private static void clients(
      List<Map<String, String>> lists, List<Map<String, String>> config, List<Reading> found) {
    double clients = named(lists, "list", "used_clients", "items");
    double most = named(config, "key", "max_client_conn", "value");
    found.add(Reading.of(Figure.PGBOUNCER_CLIENTS, clients));
    if (most > 0) {
      found.add(Reading.of(Figure.PGBOUNCER_CLIENTS_RATIO, clients / most));
    }
  }

  private static double named(
      List<Map<String, String>> rows, String column, String name, String value) {
    return rows.stream()
        .filter(row -> name.equals(row.get(column)))
        .mapToDouble(row -> number(row, value))
        .sum();
  }

  /** 0 for what this version of PgBouncer does not tell. */
  private static double number(Map<String, String> row, String column) {
    String text = row.getOrDefault(column, "");
    return text.isEmpty() ? 0 : Double.parseDouble(text);
  }

  @Override
  public void close() {
    AdminConsole known = console;
    console = null;
    if (known != null) {
      try {
        known.close();
      } catch (IOException e) {
        // It is given up.
      }
    }
  }
}
