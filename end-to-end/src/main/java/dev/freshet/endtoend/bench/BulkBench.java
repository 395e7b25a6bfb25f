package dev.freshet.endtoend.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Many rows updated by one connection, 500 in a transaction: how fast does that drain?
 *
 * <p>The services run and wait when the first transaction begins; the clock stops when the last
 * change is in Kafka, or when the key of a row inserted after them all is gone. So the update
 * itself is part of both.
 */
final class BulkBench implements Bench {

  private static final List<Chain> CHAINS = List.of(Chain.FRESHET, Chain.CAPTURE);
  private static final int MOST_JIT_ROWS = 100_000;
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  @Override
  public String name() {
    return "bulk";
  }

  @Override
  public String sentence() {
    return "Rows a second through the whole chain, beside Debezium to Kafka alone.";
  }

  @Override
  public Options defaults() {
    return new Options(1, 1, 3, 1, 300_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Rounds rounds = new Rounds(CHAINS.stream().map(Chain::label).toList());
    Rounds cpu = new Rounds(CHAINS.stream().map(Chain::label).toList());
    try (TestBed bed = TestBed.start(options.rows(), false, talk)) {
      Trial trial = new Trial(bed);
      for (Chain chain : options.warmUp() ? CHAINS : List.<Chain>of()) {
        talk.accept("warming up " + chain.label());
        trial.run(chain, Math.min(MOST_JIT_ROWS, options.rows()));
      }
      Random random = new Random(options.seed());
      for (int round = 1; round <= options.rounds(); round++) {
        List<Chain> order = new ArrayList<>(CHAINS);
        Collections.shuffle(order, random);
        for (Chain chain : order) {
          Drained drained = trial.run(chain, options.rows());
          rounds.add(chain.label(), drained.figures());
          cpu.add(chain.label(), drained.cpuSeconds());
          talk.accept(
              "round %d of %d: %-18s %,.0f rows/s"
                  .formatted(
                      round, options.rounds(), chain.label(), drained.figures().get("rows_per_s")));
        }
      }
    }
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    double violations = 0;
    for (Chain chain : CHAINS) {
      String name = chain.label();
      variants.put(name, new Result.Figures(rounds.medians(name), cpu.medians(name)));
      violations += rounds.sum(name, "alive");
    }
    double ratio =
        rounds.median(Chain.FRESHET.label(), "rows_per_s")
            / rounds.median(Chain.CAPTURE.label(), "rows_per_s");
    return new Result(variants, Map.of("rows_vs_debezium", ratio), (long) violations);
  }

  /** One drain: how fast, and who used the processors. */
  private record Drained(Map<String, Double> figures, Map<String, Double> cpuSeconds) {}

  /** Updates rows and waits for the end of a chain. */
  private record Trial(TestBed bed) {

    Drained run(Chain chain, int rows) throws SQLException, InterruptedException {
      try (RunningChain running = RunningChain.start(bed, chain);
          End end = chain == Chain.CAPTURE ? new InKafka(running) : new KeysGone(running)) {
        end.prepare(rows);
        CpuTimes before = CpuTimes.now();
        long start = System.nanoTime();
        bed.update(rows);
        double updated = (System.nanoTime() - start) / 1e9;
        end.await(rows);
        double drained = (System.nanoTime() - start) / 1e9;
        Map<String, Double> cpu = CpuTimes.now().since(before);
        Map<String, Double> figures =
            Map.of(
                "rows_per_s", rows / drained,
                "update_rows_per_s", rows / updated,
                "alive", (double) end.alive(rows));
        return new Drained(figures, cpu);
      }
    }

    /** Where a chain ends. */
    private interface End extends AutoCloseable {
      /** Before the clock starts. */
      void prepare(int rows) throws SQLException, InterruptedException;

      /** Returns when the last of so many rows is there. */
      void await(int rows) throws SQLException, InterruptedException;

      /** Entries that should be gone and are not. */
      long alive(int rows);

      @Override
      void close();
    }

    /** The last key is gone. */
    private record KeysGone(RunningChain running) implements End {
      @Override
      public void prepare(int rows) throws SQLException, InterruptedException {
        running.awaitApplied();
        running.entries().store(1, rows, 1);
      }

      @Override
      public void await(int rows) throws SQLException, InterruptedException {
        running.awaitApplied();
      }

      @Override
      public long alive(int rows) {
        return running.entries().present(1, rows);
      }

      @Override
      public void close() {}
    }

    /** The topic has as many records more as there are rows. */
    private final class InKafka implements End {
      private final KafkaConsumer<byte[], byte[]> consumer;
      private final TopicPartition partition;
      private final Entries entries;
      private long first;

      InKafka(RunningChain running) {
        Properties properties = bed.kafka().clientProperties("bench-end-offsets");
        this.consumer =
            new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partition = new TopicPartition(running.topics().changes(TestBed.TABLE), 0);
        this.entries = running.entries();
      }

      @Override
      public void prepare(int rows) throws SQLException, InterruptedException {
        entries.store(1, rows, 1); // so that Redis is as full as for the whole chain
        long before = end();
        bed.insertMarker(bed.nextMarker());
        awaitEnd(before + 1);
        first = end();
      }

      @Override
      public void await(int rows) throws InterruptedException {
        awaitEnd(first + rows);
      }

      @Override
      public long alive(int rows) {
        return 0;
      }

      private void awaitEnd(long wanted) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (end() < wanted) {
          if (System.nanoTime() > deadline) {
            throw new IllegalStateException(
                "%s has %d records, expected %d".formatted(partition, end(), wanted));
          }
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
      }

      private long end() {
        return consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
      }

      @Override
      public void close() {
        consumer.close();
      }
    }
  }
}
