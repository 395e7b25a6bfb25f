package dev.freshet.metrics;

import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.Varints;
import dev.freshet.runtime.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the counts of all input partitions for the services of one partition, closes panes by its
 * own clock ({@link MergeClock}) and writes rows by the wall clock.
 *
 * <p>State is memory; before every commit what has changed goes to the changelog as absolute values
 * under the key of its slot, so that writing it twice changes nothing and the changelog is bounded.
 */
final class Merger implements Processor<byte[], byte[], byte[], byte[]> {

  static final String STORE = "panes";
  static final String ROWS = "rows";
  static final String MINUTES = "minutes";

  private static final Duration TICK = Duration.ofSeconds(1);

  private final MetricsConfig config;
  private final AggregatorMeters meters;
  private final AggregatorMeters.Uncommitted counts;
  private final RouteTotals.Uncommitted totals;
  private final RouteWindows.Bench bench;
  private Slices<Slices<RouteWindows>> services = new Slices<>();
  private final List<RouteWindows> gone = new ArrayList<>();
  private final PaneLog log = new PaneLog();
  private MergeClock clock = new MergeClock(0, 0);
  private long present;
  private long nextEmit;
  private int routes;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable CommitStore store;

  Merger(MetricsConfig config, AggregatorMeters meters, RouteTotals totals) {
    this.config = config;
    this.meters = meters;
    this.counts = meters.ofTask();
    this.totals = totals.ofTask();
    this.bench = new RouteWindows.Bench(Panes.of(config.windows()));
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    services = new Slices<>();
    gone.clear();
    counts.begin();
    totals.begin();
    close();
    nextEmit = 0;
    CommitStore found = context.getStateStore(STORE);
    store = found;
    restore(found.connect(context, this::beforeCommit));
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  /** Its routes are shown by whoever goes on with them. */
  @Override
  public void close() {
    meters.routes(-routes);
    routes = 0;
  }

  private void restore(Map<Bytes, byte[]> changelog) {
    byte[] saved = changelog.remove(Bytes.wrap(PaneLog.CLOCK));
    clock = new MergeClock(0, 0);
    present = 0;
    if (saved != null) {
      Varints in = new Varints(saved, 0, saved.length);
      present = in.varint();
      clock = new MergeClock(in.varint(), in.varint());
    }
    changelog.forEach(
        (key, value) ->
            PaneLog.restore(
                key.get(),
                value,
                present,
                bench.panes,
                (service, route) -> {
                  Slices<RouteWindows> all = routesOf(service);
                  RouteWindows known = all.get(route);
                  return known != null ? known : create(all, service, route);
                }));
    for (Slices<RouteWindows> all : services.values()) {
      all.values().forEach(route -> route.sumUp(present));
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long wall = context().currentSystemTimeMs();
    try {
      Partials.Reader partials = new Partials.Reader(record.value());
      if (partials.isIdle()) {
        clock.idle(partials.partition(), partials.clockMillis(), partials.idleMillis(), wall);
      } else {
        clock.reading(partials.partition(), partials.clockMillis());
        merge(record.key(), partials, wall);
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      deadLetter(record, String.valueOf(e.getMessage()));
    }
  }

  private void merge(byte[] service, Partials.Reader partials, long wall) {
    if (present == 0) {
      present = Panes.paneOf(clock.now(wall));
    }
    Slices<RouteWindows> all = routesOf(service);
    while (partials.next()) {
      long pane = partials.pane();
      if (pane > present + Panes.PANES_AHEAD) {
        advance(wall);
      }
      RouteWindows route = route(all, service, partials);
      boolean known =
          route.add(pane, present, partials.bytes(), partials.tally(), partials.tallyEnd());
      if (known) {
        totals.add(route, partials);
      }
      if (!known || pane < present) {
        countOverdue(known, partials);
      }
    }
  }

  private void countOverdue(boolean known, Partials.Reader partials) {
    bench.tally.clear();
    bench.tally.merge(partials.bytes(), partials.tally(), partials.tallyEnd());
    if (known) {
      counts.late(bench.tally.total());
    } else {
      counts.tooOld(bench.tally.total());
    }
  }

  private Slices<RouteWindows> routesOf(byte[] service) {
    Slices<RouteWindows> all = services.get(service);
    if (all == null) {
      all = new Slices<>();
      services.put(service, all);
    }
    return all;
  }

  private RouteWindows route(Slices<RouteWindows> all, byte[] service, Partials.Reader partials) {
    RouteWindows known = all.get(partials.bytes(), partials.route(), partials.routeLength());
    if (known != null) {
      return known;
    }
    int from = partials.route();
    byte[] name = Arrays.copyOfRange(partials.bytes(), from, from + partials.routeLength());
    if (Reserved.isReserved(name) || named(all) < config.maxRoutes()) {
      return create(all, service, name);
    }
    bench.tally.clear();
    bench.tally.merge(partials.bytes(), partials.tally(), partials.tallyEnd());
    counts.folded(bench.tally.total());
    RouteWindows other = all.get(Reserved.OTHER);
    return other != null ? other : create(all, service, Reserved.OTHER);
  }

  /** How many routes count by themselves. */
  private static int named(Slices<RouteWindows> all) {
    int reserved = all.get(Reserved.TOTAL) == null ? 0 : 1;
    return all.size() - reserved - (all.get(Reserved.OTHER) == null ? 0 : 1);
  }

  private RouteWindows create(Slices<RouteWindows> all, byte[] service, byte[] name) {
    RouteWindows created = new RouteWindows(bench, service, name);
    if (present > 0) {
      created.sumUp(present);
      created.takeChanged();
    }
    all.put(name, created);
    routes++;
    meters.routes(1);
    return created;
  }

  private void tick(long wall) {
    counts.committed();
    totals.committed();
    advance(wall);
    if (present > 0 && wall >= nextEmit) {
      nextEmit = wall - Math.floorMod(wall, config.emitEvery().toMillis());
      nextEmit += config.emitEvery().toMillis();
      emit(wall);
    }
  }

  /** Closes the panes that have passed. */
  private void advance(long wall) {
    long next = Panes.paneOf(clock.now(wall));
    if (present == 0 || next <= present) {
      return;
    }
    if (Panes.minuteOfPane(next) != Panes.minuteOfPane(present)) {
      showAmended();
    }
    for (Slices<RouteWindows> all : services.values()) {
      for (RouteWindows route : all.values()) {
        route.advance(present, next, this::forwardMinute);
      }
    }
    present = next;
  }

  private void showAmended() {
    for (Slices<RouteWindows> all : services.values()) {
      for (RouteWindows route : all.values()) {
        if (route.isAmended()) {
          route.amended(present, this::forwardMinute);
        }
      }
    }
  }

  private void emit(long wall) {
    RowWriter writer = new RowWriter(bench.panes, present, clock.watermark(wall));
    long written = 0;
    for (Slices<RouteWindows> all : services.values()) {
      int goneBefore = gone.size();
      for (RouteWindows route : all.values()) {
        boolean total = Reserved.isTotalOfAll(route);
        if (route.isEmpty() && !total) {
          gone.add(route);
        }
        int changed = total || route.isEmpty() ? -1 : route.takeChanged();
        for (int w = 0; w < bench.panes.windows().size(); w++) {
          if ((changed & 1 << w) != 0) {
            byte[] row = route.isEmpty() && !total ? null : writer.row(route, w);
            forward(ROWS, route.key(w), row, wall);
            written++;
          }
        }
      }
      if (gone.size() > goneBefore) {
        all.removeIf(route -> route.isEmpty() && !Reserved.isTotalOfAll(route));
      }
    }
    int fewer = gone.size();
    services.removeIf(all -> all.size() == 0);
    counts.rows(written);
    log.toBeErased(gone);
    routes -= fewer;
    meters.routes(-fewer);
    gone.clear();
  }

  private void forwardMinute(RouteWindows route, long minute, Tally tally) {
    long begin = minute * Panes.MINUTE_MILLIS;
    String service = route.service();
    String name = route.route();
    byte[] value =
        LatencyJson.write(
            new LatencyMinute(service, name, begin, tally.counts(), tally.latencies()));
    forward(
        MINUTES,
        LatencyJson.key(service, name, begin),
        value,
        context().currentSystemTimeMs()); // by event time, Kafka would delete a replay at once
  }

  private void forward(String child, byte[] key, byte @Nullable [] value, long wall) {
    context().forward(new Record<>(key, value, wall), child);
  }

  private void beforeCommit() {
    counts.beforeCommit();
    totals.beforeCommit();
    CommitStore changelog = store;
    if (changelog == null || present == 0) {
      return;
    }
    long wall = context().currentSystemTimeMs();
    showAmended();
    log.save(changelog, services, wall);
    bench.out.clear();
    bench.out.varint(present);
    bench.out.varint(clock.now(wall));
    bench.out.varint(clock.movedAtWall());
    changelog.log(PaneLog.CLOCK, bench.out.toBytes(), wall);
  }

  private void deadLetter(Record<byte[], byte[]> record, String reason) {
    counts.rejected(1);
    context()
        .forward(
            DeadLetters.of(context(), record, MetricsAggregator.NAME, reason),
            MetricsTopology.DEAD_LETTERS);
  }

  private ProcessorContext<byte[], byte[]> context() {
    if (context == null) {
      throw new IllegalStateException("the processor is not initialized");
    }
    return context;
  }

  /** Names that stand for more than one route. */
  static final class Reserved {
    static final byte[] TOTAL = LatencyRow.TOTAL.getBytes(StandardCharsets.UTF_8);
    static final byte[] OTHER = LatencyRow.OTHER.getBytes(StandardCharsets.UTF_8);
    static final byte[] FRESHET = RequestEvent.FRESHET.getBytes(StandardCharsets.UTF_8);

    private Reserved() {}

    static boolean isReserved(byte[] route) {
      return Arrays.equals(route, TOTAL) || Arrays.equals(route, OTHER);
    }

    /** Services that are never counted as one of the others. */
    static boolean isNoOtherService(byte[] service) {
      return Arrays.equals(service, TOTAL) || Arrays.equals(service, FRESHET);
    }

    static boolean isTotalOfAll(RouteWindows route) {
      return Arrays.equals(route.serviceName(), TOTAL);
    }
  }
}
