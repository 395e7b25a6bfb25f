package dev.freshet.metrics;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import dev.freshet.events.Utf8;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.RecordPack;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Counts the events of one input partition by service, route and pane, and passes the counts on
 * before every commit: many events become one small record, wherever they came from.
 *
 * <p>Holds no counts over a commit, but the names of services: one that was counted by itself keeps
 * its place until the merger has forgotten it, so that names which change all the time fill no more
 * than the places there are. Events nobody can read go to the dead letters, each by itself; of one
 * record with more than {@value #MAX_LETTERS} of them, the rest goes as the whole record.
 */
final class Combiner implements Processor<byte[], byte[], byte[], byte[]>, RequestReader.Sink {

  static final String STORE = "counts";
  static final int MAX_LETTERS = 100;

  private static final Duration TICK = Duration.ofSeconds(1);

  /** How often a partition with nothing to read says so, for mergers that started meanwhile. */
  private static final long IDLE_NOTE_MILLIS = 10_000;

  /**
   * Routes of a service between two commits, as a multiple of the limit: the merger decides which
   * of them count by themselves, this bounds the memory until then.
   */
  private static final int ROUTES_HERE = 4;

  private final MetricsConfig config;
  private final Lag lag;
  private final AggregatorMeters.Uncommitted meters;
  private final long servicesKeptMillis;
  private final RequestReader reader = new RequestReader();
  private final Partials.Writer writer = new Partials.Writer();
  private Slices<CombinedService> services = new Slices<>();
  private @Nullable CombinedService last;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable ConsumerRecord<byte[], byte[]> record;
  private int letters;
  private long wall;
  private long latest;
  private long newest;
  private long paneFrom;
  private long pane;
  private long lastReadWall;
  private long noteAt;
  private long events;
  private long fromFuture;
  private int places; // taken by services
  private long lookAgainAt;

  Combiner(MetricsConfig config, Lag lag, AggregatorMeters meters) {
    this.config = config;
    this.lag = lag;
    this.meters = meters.ofTask();
    this.servicesKeptMillis = Panes.of(config.windows()).minuteRing() * Panes.MINUTE_MILLIS;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    meters.begin();
    services = new Slices<>();
    last = null;
    places = 0;
    lookAgainAt = 0;
    newest = 0;
    events = 0;
    fromFuture = 0;
    pane = Panes.paneOf(0);
    paneFrom = 0;
    lastReadWall = context.currentSystemTimeMs();
    noteAt = 0;
    CommitStore store = context.getStateStore(STORE);
    store.connect(context, this::beforeCommit);
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    wall = context().currentSystemTimeMs();
    latest = wall + config.maxSkew().toMillis();
    lastReadWall = wall;
    noteAt = 0;
    Optional<RecordPack> pack = RecordPack.in(record.headers());
    if (pack.isPresent()) {
      pack.get().records().forEach(this::read);
    } else {
      read(alone(record));
    }
  }

  private ConsumerRecord<byte[], byte[]> alone(Record<byte[], byte[]> record) {
    RecordMetadata from = context().recordMetadata().orElseThrow();
    return new ConsumerRecord<>(
        from.topic(),
        from.partition(),
        from.offset(),
        record.timestamp(),
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        record.key(),
        record.value(),
        record.headers(),
        Optional.empty());
  }

  private void read(ConsumerRecord<byte[], byte[]> next) {
    record = next;
    letters = 0;
    reader.read(next.value(), next.timestamp(), this);
  }

  @Override
  public void request(RequestFields event) {
    long time = event.timeMillis();
    boolean future = time > latest;
    if (future) {
      time = wall;
      fromFuture++;
    }
    newest = Math.max(newest, time);
    if (time - paneFrom < 0 || time - paneFrom >= Panes.PANE_MILLIS) {
      pane = Panes.paneOf(time);
      paneFrom = pane * Panes.PANE_MILLIS;
    }
    CombinedRoute route = service(event.service()).route(event.route());
    if (route.isRefused()) {
      rejected(
          0, "service or route: \"%s\" is a name of Freshet's own".formatted(event.route()), 0, -1);
      return;
    }
    events++;
    boolean hit = event.cache().isHit();
    boolean miss = !hit && event.cache() == CacheOutcome.MISS;
    route.at(pane).add(event.durationNanos(), event.weight(), event.isError(), hit, miss, future);
  }

  private CombinedService service(Utf8 name) {
    CombinedService before = last;
    if (before != null
        && Arrays.equals(
            before.name(),
            0,
            before.name().length,
            name.bytes(),
            name.offset(),
            name.offset() + name.length())) {
      return before;
    }
    CombinedService found = services.get(name.bytes(), name.offset(), name.length());
    if (found == null) {
      byte[] own = Arrays.copyOfRange(name.bytes(), name.offset(), name.offset() + name.length());
      boolean room = hasRoom();
      byte[] counted = room || Merger.Reserved.isNoOtherService(own) ? own : Merger.Reserved.OTHER;
      found = services.get(counted);
      if (found == null) {
        found = new CombinedService(counted, config.maxRoutes() * ROUTES_HERE);
        services.put(counted, found);
        places += takesAPlace(found) ? 1 : 0;
      }
    }
    last = found;
    return found;
  }

  private boolean hasRoom() {
    if (places >= config.maxServices() && clock(wall) >= lookAgainAt) {
      forgetServices(clock(wall));
    }
    return places < config.maxServices();
  }

  private static boolean takesAPlace(CombinedService service) {
    return !Merger.Reserved.isNoOtherService(service.name())
        && !Arrays.equals(service.name(), Merger.Reserved.OTHER);
  }

  @Override
  public void rejected(int index, String reason, int offset, int length) {
    ConsumerRecord<byte[], byte[]> whole = record;
    if (whole == null) {
      return;
    }
    meters.rejected(1);
    letters++;
    if (letters > MAX_LETTERS + 1) {
      return;
    }
    boolean slice = letters <= MAX_LETTERS && length >= 0 && whole.value() != null;
    String text =
        letters <= MAX_LETTERS ? reason : reason + "; more follow, this is the whole record";
    byte[] value =
        slice ? Arrays.copyOfRange(whole.value(), offset, offset + length) : whole.value();
    DeadLetter letter =
        new DeadLetter(
            whole.topic(),
            whole.partition(),
            whole.offset(),
            whole.timestamp(),
            MetricsAggregator.NAME,
            text,
            wall,
            slice ? part(index, whole.value(), length) : DeadLetter.Part.REST);
    Headers headers = DeadLetters.with(whole.headers(), letter);
    context()
        .forward(new Record<>(whole.key(), value, wall, headers), MetricsTopology.DEAD_LETTERS);
  }

  private static DeadLetter.Part part(int index, byte[] whole, int length) {
    if (length == whole.length) {
      return DeadLetter.Part.WHOLE;
    }
    return whole[0] == RequestBatch.MAGIC ? DeadLetter.Part.FRAGMENT : DeadLetter.Part.piece(index);
  }

  private void tick(long now) {
    meters.committed();
    if (now - lastReadWall < TICK.toMillis() || now < noteAt) {
      return;
    }
    int partition = context().taskId().partition();
    if (lag.of(partition).orElse(1) == 0) {
      noteAt = now + IDLE_NOTE_MILLIS;
      byte[] note = writer.idle(partition, clock(now), now - lastReadWall);
      context().forward(new Record<byte[], byte[]>(null, note, now), MetricsTopology.PARTIALS);
    }
  }

  private long clock(long now) {
    return Math.min(newest, now);
  }

  private void beforeCommit() {
    meters.counted(events, fromFuture);
    fromFuture = 0;
    if (events == 0) {
      meters.beforeCommit();
      return;
    }
    events = 0;
    long now = context().currentSystemTimeMs();
    long clock = clock(now);
    Map<Long, Tally> totals = new TreeMap<>();
    for (CombinedService service : services.values()) {
      begin(now);
      service.empty(
          clock,
          (route, at, tally) -> add(service.name(), route.name(), at, tally, now),
          (at, total) -> {
            if (Arrays.equals(service.name(), Merger.Reserved.FRESHET)) {
              return; // stages of one way are no requests, and their sum says nothing
            }
            add(service.name(), Merger.Reserved.TOTAL, at, total, now);
            totals.computeIfAbsent(at, key -> new Tally()).merge(total);
            if (Arrays.equals(service.name(), Merger.Reserved.OTHER)) {
              meters.foldedServices(total.total());
            }
          });
      send(service.name(), now);
    }
    begin(now);
    totals.forEach(
        (at, total) -> add(Merger.Reserved.TOTAL, Merger.Reserved.TOTAL, at, total, now));
    send(Merger.Reserved.TOTAL, now);
    if (clock >= lookAgainAt) {
      forgetServices(clock);
    }
    meters.beforeCommit();
  }

  /** Gives the places of services that the merger has forgotten to others. */
  private void forgetServices(long clock) {
    lookAgainAt = clock + Panes.MINUTE_MILLIS;
    services.removeIf(service -> service.isForgotten(clock, servicesKeptMillis));
    places = 0;
    for (CombinedService service : services.values()) {
      places += takesAPlace(service) ? 1 : 0;
    }
    last = null;
  }

  private void begin(long now) {
    writer.begin(context().taskId().partition(), clock(now));
  }

  private void add(byte[] service, byte[] route, long at, Tally tally, long now) {
    writer.add(route, at, tally);
    if (writer.isFull()) {
      send(service, now);
      begin(now);
    }
  }

  private void send(byte[] service, long now) {
    if (!writer.isEmpty()) {
      // The wall clock: by event time, Kafka would delete what is replayed before it is read.
      context().forward(new Record<>(service, writer.toBytes(), now), MetricsTopology.PARTIALS);
    }
  }

  private ProcessorContext<byte[], byte[]> context() {
    if (context == null) {
      throw new IllegalStateException("the processor is not initialized");
    }
    return context;
  }
}
