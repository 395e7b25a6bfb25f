package dev.freshet.endtoend.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All that is cached in a run.
 *
 * @param few one entry per row, of pairs of rows, and of groups
 * @param crowd entries that share one tag; may be none
 */
record Subjects(List<Subject> few, List<Subject> crowd) {

  private static final int CROWD_ONE_IN = 6;

  static Subjects of(Plan plan, boolean tags) {
    List<Subject> few = new ArrayList<>();
    for (int row = 0; row < plan.rows(); row++) {
      few.add(Subject.of(row));
      if (tags && row + 1 < plan.rows()) {
        few.add(Subject.of(row, row + 1));
      }
    }
    for (int group = 0; tags && group < Rows.GROUPS; group++) {
      few.add(Subject.ofGroup(group, plan.rows()));
    }
    List<Subject> crowd = new ArrayList<>();
    for (int i = 0; tags && plan.has(Fault.HUGE_TAG) && i < Run.CROWD_SIZE; i++) {
      crowd.add(Subject.ofCrowd(i));
    }
    return new Subjects(List.copyOf(few), List.copyOf(crowd));
  }

  /** One to load: of the few. */
  Subject draw(SplittableRandom random) {
    return few.get(random.nextInt(few.size()));
  }

  /** One to read: of all. */
  Subject drawAny(SplittableRandom random) {
    boolean one = random.nextInt(CROWD_ONE_IN) == 0;
    int i = random.nextInt(Run.CROWD_SIZE);
    return one && !crowd.isEmpty() ? crowd.get(i) : draw(random);
  }
}
