package dev.freshet.app;

import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** How checks are run and told apart. */
public final class Checks {

  private static final String REACHABLE = ".reachable";
  private static final Set<String> CONNECTIONS =
      Set.of("postgres.connection", "redis.reachable", "kafka.reachable");

  private Checks() {}

  /** Whether a service did not answer at all. */
  public static boolean unreachable(CheckResult check) {
    return check.outcome() == CheckResult.Outcome.FAIL
        && (CONNECTIONS.contains(check.subject()) || check.subject().endsWith(REACHABLE));
  }

  /**
   * The checks of several services in the order of the list, made at once: silence is waited for.
   */
  public static List<CheckResult> atOnce(List<Callable<List<CheckResult>>> services) {
    return AtOnce.answers(services).stream().flatMap(List::stream).toList();
  }

  /** The checks of one service; a single failed one when they end in an exception. */
  public static List<CheckResult> of(String service, Supplier<List<CheckResult>> checks) {
    try {
      return checks.get();
    } catch (FreshetException e) {
      boolean silent = e.kind() == FreshetException.Kind.UNREACHABLE;
      String detail = e.getMessage() + (e.detail().isEmpty() ? "" : ": " + e.detail());
      return List.of(CheckResult.fail(service + (silent ? REACHABLE : ".check"), detail, e.hint()));
    }
  }
}
