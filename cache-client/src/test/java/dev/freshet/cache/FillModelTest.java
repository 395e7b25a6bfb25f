package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The protocol as a model, every interleaving of it tried: two transactions that touch one tag, two
 * loads of one entry, on a primary or on a replica.
 *
 * <p>A commit reaches the log before it is visible. Once in the log it may be applied, in any
 * order, and once more at any time. A state that cannot go on, or in which all is done, is stale if
 * its entry lacks one of the two transactions.
 */
class FillModelTest {

  private static final int TRANSACTIONS = 2;
  private static final int LOADS = 2;
  private static final int ALL = (1 << TRANSACTIONS) - 1;

  /** What a load may be checked against. */
  private enum Rule {
    /** Nothing: a plain SET. */
    NONE,
    /** Every mark is below the snapshot's xmin. */
    XMIN,
    /** Or every mark is below its xmax, and nothing of its xip was applied. */
    SNAPSHOT
  }

  private enum Server {
    PRIMARY,
    /** Treats every transaction it has not replayed as running; lists none of them in its xip. */
    REPLICA
  }

  private enum Phase {
    IDLE,
    RUNNING,
    IN_LOG,
    VISIBLE;

    Phase next() {
      return switch (this) {
        case IDLE -> RUNNING;
        case RUNNING -> IN_LOG;
        case IN_LOG, VISIBLE -> VISIBLE;
      };
    }
  }

  /** What a load knows of its snapshot; a set of transactions is bits. */
  private record Fence(int xmin, int xmax, int xip) {}

  /**
   * A load: not begun (no fence), fenced, read (has a value), or done.
   *
   * @param value the transactions its value shows, as bits
   */
  private record Load(int step, Fence fence, int value) {
    static final Load NOT_BEGUN = new Load(0, new Fence(0, 0, 0), 0);
  }

  /**
   * @param log transactions in the order of the log
   * @param applied how often each was applied
   * @param entry the transactions it shows, as bits; -1 when there is none
   * @param mark the highest transaction applied; -1 for none
   */
  private record State(
      List<Phase> phases,
      List<Integer> log,
      int replayed,
      List<Integer> applied,
      List<Load> loads,
      int entry,
      int mark) {

    static final State START =
        new State(
            List.of(Phase.IDLE, Phase.IDLE),
            List.of(),
            0,
            List.of(0, 0),
            List.of(Load.NOT_BEGUN, Load.NOT_BEGUN),
            -1,
            -1);

    State withPhase(int t, Phase phase) {
      List<Integer> newLog = log;
      if (phase == Phase.IN_LOG) {
        newLog = new ArrayList<>(log);
        newLog.add(t);
      }
      return new State(
          with(phases, t, phase), List.copyOf(newLog), replayed, applied, loads, entry, mark);
    }

    State withOneMoreReplayed() {
      return new State(phases, log, replayed + 1, applied, loads, entry, mark);
    }

    State withApplied(int t) {
      return new State(
          phases,
          log,
          replayed,
          with(applied, t, applied.get(t) + 1),
          loads,
          -1,
          Math.max(mark, t));
    }

    State withLoad(int r, Load load) {
      return new State(phases, log, replayed, applied, with(loads, r, load), entry, mark);
    }

    State withEntry(int value) {
      return new State(phases, log, replayed, applied, loads, value, mark);
    }

    boolean done() {
      return phases.stream().allMatch(phase -> phase == Phase.VISIBLE)
          && replayed == TRANSACTIONS
          && applied.stream().allMatch(times -> times > 0)
          && loads.stream().allMatch(load -> load.step() == 0 || load.step() == 3);
    }

    int appliedBits() {
      int bits = 0;
      for (int t = 0; t < TRANSACTIONS; t++) {
        bits |= applied.get(t) > 0 ? 1 << t : 0;
      }
      return bits;
    }

    private static <T> List<T> with(List<T> list, int i, T value) {
      List<T> changed = new ArrayList<>(list);
      changed.set(i, value);
      return List.copyOf(changed);
    }
  }

  /**
   * What was found.
   *
   * @param settled states from which nothing more happens, or nothing that matters
   * @param refused fills refused
   * @param storedByXip fills stored that xmin alone would have refused
   */
  private record Found(int states, int settled, int stale, int refused, int storedByXip) {}

  private static final class Exploration {
    private final Rule rule;
    private final Server server;
    private int refused;
    private int storedByXip;

    Exploration(Rule rule, Server server) {
      this.rule = rule;
      this.server = server;
    }

    Found run() {
      Set<State> seen = new HashSet<>();
      Deque<State> open = new ArrayDeque<>(List.of(State.START));
      int settled = 0;
      int stale = 0;
      while (!open.isEmpty()) {
        State state = open.pop();
        if (seen.add(state)) {
          List<State> next = after(state);
          if (next.isEmpty() || state.done()) {
            settled++;
            stale += state.entry() >= 0 && state.entry() != ALL ? 1 : 0;
          }
          open.addAll(next);
        }
      }
      return new Found(seen.size(), settled, stale, refused, storedByXip);
    }

    private List<State> after(State s) {
      List<State> next = new ArrayList<>();
      for (int t = 0; t < TRANSACTIONS; t++) {
        Phase phase = s.phases().get(t);
        // Transaction ids are handed out in order.
        if (phase != Phase.VISIBLE
            && (phase != Phase.IDLE || t == 0 || s.phases().get(t - 1) != Phase.IDLE)) {
          next.add(s.withPhase(t, phase.next()));
        }
        if (s.log().contains(t) && s.applied().get(t) < 2) {
          next.add(s.withApplied(t));
        }
      }
      if (s.replayed() < s.log().size()) {
        next.add(s.withOneMoreReplayed());
      }
      for (int r = 0; r < LOADS; r++) {
        advance(s, r, next);
      }
      return next;
    }

    private void advance(State s, int r, List<State> next) {
      Load load = s.loads().get(r);
      switch (load.step()) {
        case 0 -> next.add(s.withLoad(r, new Load(1, fence(s), 0)));
        case 1 -> next.add(s.withLoad(r, new Load(2, load.fence(), visible(s))));
        case 2 -> {
          State done = s.withLoad(r, new Load(3, load.fence(), load.value()));
          next.add(mayStore(s, load.fence()) ? done.withEntry(load.value()) : done);
        }
        default -> {
          // Done.
        }
      }
    }

    private int visible(State s) {
      int visible = 0;
      for (int t = 0; t < TRANSACTIONS; t++) {
        boolean seen =
            server == Server.PRIMARY
                ? s.phases().get(t) == Phase.VISIBLE
                : s.log().subList(0, s.replayed()).contains(t);
        visible |= seen ? 1 << t : 0;
      }
      return visible;
    }

    private Fence fence(State s) {
      int visible = visible(s);
      int xmax = Integer.SIZE - Integer.numberOfLeadingZeros(visible);
      int unfinished = ~visible & ((1 << xmax) - 1);
      int xmin = unfinished == 0 ? xmax : Integer.numberOfTrailingZeros(unfinished);
      // What a rule does not look at is no part of the state.
      return rule == Rule.SNAPSHOT
          ? new Fence(xmin, xmax, server == Server.PRIMARY ? unfinished : 0)
          : new Fence(xmin, 0, 0);
    }

    private boolean mayStore(State s, Fence fence) {
      if (rule == Rule.NONE || s.mark() < fence.xmin()) {
        return true;
      }
      boolean stored =
          rule == Rule.SNAPSHOT && s.mark() < fence.xmax() && (fence.xip() & s.appliedBits()) == 0;
      if (stored) {
        storedByXip++;
      } else {
        refused++;
      }
      return stored;
    }
  }

  private static Found explore(Rule rule, Server server) {
    return new Exploration(rule, server).run();
  }

  @Test
  void aPlainSetGoesStaleOnAPrimaryAndOnAReplica() {
    assertThat(explore(Rule.NONE, Server.PRIMARY).stale()).isPositive();
    assertThat(explore(Rule.NONE, Server.REPLICA).stale()).isPositive();
  }

  @Test
  void marksBelowXminNeverLetAnythingStaleIn() {
    for (Server server : Server.values()) {
      Found found = explore(Rule.XMIN, server);
      assertThat(found.stale()).as("%s: %s", server, found).isZero();
      assertThat(found.settled()).isPositive();
      assertThat(found.refused()).isPositive();
    }
  }

  @Test
  void onAPrimaryTheWholeSnapshotStoresMoreAndStillNothingStale() {
    Found found = explore(Rule.SNAPSHOT, Server.PRIMARY);
    assertThat(found.stale()).as("%s", found).isZero();
    assertThat(found.storedByXip()).isPositive();
    assertThat(found.refused()).isPositive();
  }

  /** Why a fill from a standby passes no {@code unfinished}: its snapshot names none. */
  @Test
  void onAReplicaTheWholeSnapshotWouldLetStaleValuesIn() {
    Found found = explore(Rule.SNAPSHOT, Server.REPLICA);
    assertThat(found.stale()).as("%s", found).isPositive();
  }

  @Test
  void theModelIsTheOneThatWasExploredBefore() {
    assertThat(explore(Rule.NONE, Server.PRIMARY)).isEqualTo(new Found(39350, 1144, 384, 0, 0));
    assertThat(explore(Rule.XMIN, Server.PRIMARY)).isEqualTo(new Found(27654, 584, 0, 13496, 0));
    assertThat(explore(Rule.NONE, Server.REPLICA)).isEqualTo(new Found(32236, 712, 220, 0, 0));
    assertThat(explore(Rule.XMIN, Server.REPLICA)).isEqualTo(new Found(23048, 384, 0, 10704, 0));
  }
}
