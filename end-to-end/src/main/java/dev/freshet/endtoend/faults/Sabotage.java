package dev.freshet.endtoend.faults;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A product broken on purpose, which the check has to find: one kind for each kind of promise. The
 * oracle goes on judging by what the config ought to say.
 */
enum Sabotage {
  /** The processes' rule for groups names other tags: nothing says that a group's page is stale. */
  BROKEN_TAGS("public.groups:  [ \"grp:{id}\" ]", "public.groups:  [ \"other:{id}\" ]"),
  /** An entry is stored past the fence, as a client that does not keep to the protocol would. */
  BROKEN_FILLS("", ""),
  /** The processes keep a view of other SQL. */
  BROKEN_VIEWS("WHERE amount > 500", "WHERE amount > 400"),
  /** Some requests come twice, as from a transport that repeats. */
  BROKEN_REQUESTS("", "");

  /** All of them at once. */
  static final String ALL = "broken";

  private final String right;
  private final String wrong;

  Sabotage(String right, String wrong) {
    this.right = right;
    this.wrong = wrong;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Those called so: one, all, or none. */
  static Set<Sabotage> called(String label) {
    Set<Sabotage> all = EnumSet.allOf(Sabotage.class);
    if (!label.equals(ALL)) {
      all.removeIf(one -> !one.label().equals(label));
    }
    return all;
  }

  /** The config as the processes get it. */
  static String in(String config, Set<Sabotage> chosen) {
    String broken = config;
    for (Sabotage one : chosen) {
      if (!broken.contains(one.right)) {
        throw new IllegalStateException("the config has no " + one.right);
      }
      broken = one.right.isEmpty() ? broken : broken.replace(one.right, one.wrong);
    }
    return broken;
  }

  static String[] labels() {
    return Arrays.stream(values()).map(Sabotage::label).toArray(String[]::new);
  }
}
