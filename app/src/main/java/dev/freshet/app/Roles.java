package dev.freshet.app;

import dev.freshet.runtime.config.DidYouMean;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The roles there are, in the order in which the data flows. */
public final class Roles {

  private static final List<Role> ALL =
      List.of(
          new IngestRole(),
          new RequestsRole(),
          new InvalidationRole(),
          new MetricsRole(),
          new SloRole(),
          new MaterializerRole(),
          new ConsoleRole());

  private Roles() {}

  public static List<Role> all() {
    return ALL;
  }

  public static List<String> names() {
    return ALL.stream().map(Role::name).toList();
  }

  public static Optional<Role> named(String name) {
    return ALL.stream().filter(role -> role.name().equals(name)).findFirst();
  }

  /** Whether it takes part in deleting keys: what nothing else should keep waiting. */
  static boolean isMainJob(Role role) {
    return role instanceof InvalidationRole || role instanceof IngestRole;
  }

  /** In the order in which to start them: first the main job; who reads before who writes. */
  static List<Role> inStartOrder(Collection<Role> roles) {
    List<Role> ordered = new ArrayList<>(roles);
    ordered.sort(
        Comparator.comparing((Role role) -> !isMainJob(role))
            .thenComparing(ALL::indexOf, Comparator.reverseOrder()));
    return ordered;
  }

  /** What to tell someone who typed a role that is not there. */
  public static String noSuchRole(String typed) {
    String list = "the roles are " + String.join(", ", names());
    return "there is no role \"%s\"; %s"
        .formatted(typed, DidYouMean.hint(names(), typed).orElse(list));
  }
}
