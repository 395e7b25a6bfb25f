package dev.freshet.endtoend.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.StreamsService;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.jspecify.annotations.Nullable;

/**
 * The bench's three-way join as one would write it with Kafka Streams' KTables: two foreign-key
 * joins, a grouping, an aggregate, exactly once; and a reader of its output topic.
 */
final class KTablePeer implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A row of the join so far; the fields that are not known yet are empty. */
  record Row(
      String facility, String organization, String sector, String day, BigDecimal kilograms) {}

  /** A group's totals. */
  record Totals(BigDecimal kilograms, long readings) {
    Totals plus(Row row, int weight) {
      BigDecimal signed = weight > 0 ? row.kilograms() : row.kilograms().negate();
      return new Totals(kilograms.add(signed), readings + weight);
    }
  }

  private final StreamsService streams;
  private final KafkaConsumer<String, Totals> output;
  private final Map<String, Totals> groups = new HashMap<>();

  private KTablePeer(StreamsService streams, KafkaConsumer<String, Totals> output) {
    this.streams = streams;
    this.output = output;
  }

  /** Starts it from the beginning of the change topics. */
  static KTablePeer start(ViewsBed bed, String schema, int round) {
    String application = "bench-ktables-" + round;
    String result = application + "-rows";
    Properties settings = new Properties();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, bed.stateFolder() + "/ktables");
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put("auto.offset.reset", "earliest");
    Topics topics = new Topics(ViewsBed.NAMESPACE);
    KafkaConnection kafka = new KafkaConnection(bed.kafka(), Map.of());
    TopicProvisioner.ensure(kafka, List.of(new TopicSpec(result, 1, Map.of())));
    StreamsService streams =
        new StreamsService(
            application,
            application,
            topology(topics, schema, result),
            kafka,
            settings,
            new SimpleMeterRegistry());
    Properties reader = new Properties();
    reader.put("bootstrap.servers", bed.kafka());
    reader.put("isolation.level", "read_committed");
    reader.put("auto.offset.reset", "earliest");
    reader.put("group.id", application + "-reader");
    KafkaConsumer<String, Totals> output =
        new KafkaConsumer<>(reader, new StringDeserializer(), serde(Totals.class).deserializer());
    output.subscribe(List.of(result));
    streams.start();
    return new KTablePeer(streams, output);
  }

  private static Topology topology(Topics topics, String schema, String result) {
    StreamsBuilder builder = new StreamsBuilder();
    Serde<Row> rows = serde(Row.class);
    Serde<Totals> totals = serde(Totals.class);
    KTable<String, Row> readings = table(builder, topics, schema, "readings");
    KTable<String, Row> facilities = table(builder, topics, schema, "facilities");
    KTable<String, Row> organizations = table(builder, topics, schema, "organizations");
    readings
        .join(
            facilities,
            Row::facility,
            (r, f) -> new Row("", f.organization(), "", r.day(), r.kilograms()),
            Materialized.with(Serdes.String(), rows))
        .join(
            organizations,
            Row::organization,
            (r, o) -> new Row("", r.organization(), o.sector(), r.day(), r.kilograms()),
            Materialized.with(Serdes.String(), rows))
        .groupBy(
            (id, r) -> KeyValue.pair(String.join("|", r.organization(), r.sector(), r.day()), r),
            Grouped.with(Serdes.String(), rows))
        .aggregate(
            () -> new Totals(BigDecimal.ZERO, 0),
            (group, row, sum) -> sum.plus(row, 1),
            (group, row, sum) -> sum.plus(row, -1),
            Materialized.with(Serdes.String(), totals))
        .toStream()
        .to(result, Produced.with(Serdes.String(), totals));
    return builder.build();
  }

  private static KTable<String, Row> table(
      StreamsBuilder builder, Topics topics, String schema, String table) {
    return builder.table(
        topics.changes(new TableName(schema, table)),
        Consumed.with(
            Serdes.String(),
            Serdes.serdeFrom(serde(Row.class).serializer(), KTablePeer.changes(table))),
        Materialized.with(Serdes.String(), serde(Row.class)));
  }

  /** Debezium's envelope to what the view needs of the row; the keys are the topics' own. */
  private static Deserializer<Row> changes(String table) {
    Deserializer<Row> stored = serde(Row.class).deserializer();
    return (topic, bytes) -> {
      if (bytes == null) {
        return absent();
      }
      JsonNode after = tree(bytes).path("after");
      if (after.isMissingNode()) {
        return stored.deserialize(topic, bytes);
      }
      if (after.isNull()) {
        return absent();
      }
      return switch (table) {
        case "readings" ->
            new Row(
                key(after.path("facility_id")),
                "",
                "",
                day(after.path("recorded_at").asText()),
                new BigDecimal(after.path("kilograms").asText()));
        case "facilities" ->
            new Row("", key(after.path("organization_id")), "", "", BigDecimal.ZERO);
        default -> new Row("", "", after.path("sector").asText(), "", BigDecimal.ZERO);
      };
    };
  }

  @SuppressWarnings("NullAway") // Kafka's way to say that a row is gone
  private static Row absent() {
    return null;
  }

  /** The key of a change topic whose primary key is one column called id. */
  private static String key(JsonNode id) {
    return "{\"id\":" + id.asLong() + "}";
  }

  private static String day(String time) {
    return OffsetDateTime.parse(time)
        .withOffsetSameInstant(ZoneOffset.UTC)
        .truncatedTo(ChronoUnit.DAYS)
        .toString();
  }

  private static JsonNode tree(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> Serde<T> serde(Class<T> type) {
    return Serdes.serdeFrom(
        (topic, value) -> value == null ? null : bytes(value),
        (topic, bytes) -> bytes == null ? null : value(bytes, type));
  }

  private static byte @Nullable [] bytes(@Nullable Object value) {
    try {
      return value == null ? null : JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T value(byte[] bytes, Class<T> type) {
    try {
      return JSON.readValue(bytes, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until the groups add up to this.
   *
   * @param grams of all readings
   */
  void await(long grams) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    BigDecimal expected = BigDecimal.valueOf(grams, 3);
    while (total().compareTo(expected) != 0) {
      for (ConsumerRecord<String, Totals> row : output.poll(Duration.ofMillis(20))) {
        groups.put(row.key(), row.value());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the KTables add up to %s, expected %s; %s"
                .formatted(total(), expected, streams.health()));
      }
    }
  }

  private BigDecimal total() {
    return groups.values().stream().map(Totals::kilograms).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Override
  public void close() {
    output.close();
    streams.close();
  }
}
